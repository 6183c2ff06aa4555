package dev.unembed.account.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.Key;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.confirmdialog.ConfirmDialog;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Pre;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.PasswordField;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.unembed.account.AccountService;
import dev.unembed.account.AccountService.NewToken;
import dev.unembed.account.AccountService.TokenDetails;
import dev.unembed.account.Actor;
import dev.unembed.base.ui.CopyButton;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.Notices;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.base.ui.Problems;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One's own account: who one is, the password, API tokens. */
@Route(value = "account", layout = MainLayout.class)
@PageTitle("Account · Unembed")
@PermitAll
public class AccountView extends Div {
    private final AccountService accounts;
    private final SignedIn signedIn;
    private final Clock clock;
    private final Div tokens = new Div();

    @Inject
    public AccountView(AccountService accounts, SignedIn signedIn, Clock clock) {
        this.accounts = accounts;
        this.signedIn = signedIn;
        this.clock = clock;
        Actor actor = signedIn.actor();
        PageHeader header = new PageHeader("Account");
        Div page = Parts.div("stack narrow", profile(actor), password(), tokensCard());
        add(header, page);
        showTokens();
    }

    private static Component profile(Actor actor) {
        Span kind = actor.admin() ? Parts.chip("administrator", "accent") : Parts.chip("member");
        Span name = new Span(actor.displayName());
        name.addClassName("name");
        Div line = Parts.row(Parts.avatar(actor.displayName()), name, Parts.text(actor.username(), "mono muted"), kind);
        return Parts.card("Profile", line);
    }

    private Component password() {
        PasswordField old = new PasswordField("Present password");
        PasswordField fresh = new PasswordField("New password");
        PasswordField again = new PasswordField("New password, again");
        old.getElement().setAttribute("autocomplete", "current-password");
        fresh.getElement().setAttribute("autocomplete", "new-password");
        again.getElement().setAttribute("autocomplete", "new-password");
        Paragraph problem = new Paragraph();
        problem.addClassName("problem");
        problem.setVisible(false);
        Button change = Parts.button("Change password", () -> {
            problem.setVisible(false);
            again.setInvalid(false);
            if (!fresh.getValue().equals(again.getValue())) {
                again.setErrorMessage("The two differ.");
                again.setInvalid(true);
                return;
            }
            try {
                accounts.changePassword(signedIn.actor(), old.getValue(), fresh.getValue());
                old.clear();
                fresh.clear();
                again.clear();
                Notices.done("Password changed.");
            } catch (RuntimeException failure) {
                problem.setText(Problems.sentence(failure));
                problem.setVisible(true);
            }
        });
        Div fields = Parts.div("fields", old, fresh, again);
        return Parts.card("Password", Parts.stack(fields, problem, Parts.row(change)));
    }

    private Component tokensCard() {
        TextField name = new TextField();
        name.setPlaceholder("What it is for: notebook, nightly job …");
        name.setAriaLabel("Name of the new token");
        name.addClassName("wide");
        Runnable create = () -> {
            NewToken token =
                    accounts.createToken(signedIn.actor(), name.getValue().strip());
            name.clear();
            showTokens();
            showOnce(token);
        };
        name.addKeyPressListener(Key.ENTER, event -> create.run());
        return Parts.card(
                "API tokens",
                Parts.stack(
                        Parts.quiet(
                                "A token signs a script in as you: Authorization: Bearer … It is shown once and can be revoked at any time."),
                        tokens,
                        Parts.row(name, Parts.button("Create token", create))));
    }

    private void showTokens() {
        tokens.removeAll();
        List<TokenDetails> all = accounts.tokens(signedIn.actor());
        if (all.isEmpty()) {
            tokens.add(Parts.muted("No tokens yet."));
            return;
        }
        PlainTable table = new PlainTable(
                "API tokens",
                PlainTable.Column.of("Name"),
                PlainTable.Column.of("Starts with", "The first characters of the secret, to tell tokens apart."),
                PlainTable.Column.of("Created"),
                PlainTable.Column.of("Last used", "The last request that was signed in with it."),
                PlainTable.Column.actions());
        for (TokenDetails token : all) {
            table.row(
                    new Span(token.name()),
                    Parts.text(token.prefix() + "…", "mono"),
                    time(token.createdAt()),
                    time(token.lastUsedAt()),
                    Parts.plain("Revoke", () -> revoke(token)));
        }
        tokens.add(table);
    }

    private Component time(@Nullable Instant instant) {
        if (instant == null) {
            return Parts.muted("never");
        }
        Span time = Parts.muted(Figures.ago(instant, clock.instant()));
        time.setTitle(Figures.absolute(instant));
        return time;
    }

    private static void showOnce(NewToken token) {
        Dialog dialog = new Dialog("Token “" + token.token().name() + "”");
        dialog.setWidth("560px");
        Pre secret = new Pre(token.secret());
        secret.addClassNames("secret", "mono");
        secret.setId("token-secret");
        dialog.add(new Paragraph("Copy it now: it is stored only as a hash and can't be shown again."), secret);
        CopyButton copy = new CopyButton("Copy token", token.secret());
        copy.addThemeVariants(ButtonVariant.LUMO_PRIMARY);
        dialog.getFooter().add(Parts.button("Close", dialog::close), copy);
        dialog.setCloseOnOutsideClick(false);
        dialog.open();
    }

    private void revoke(TokenDetails token) {
        ConfirmDialog dialog = new ConfirmDialog(
                "Revoke “" + token.name() + "”?",
                "Scripts that use it are refused from now on. This can't be undone.",
                "Revoke token",
                event -> {
                    accounts.revokeToken(signedIn.actor(), token.id());
                    showTokens();
                    Notices.done("Token “" + token.name() + "” revoked.");
                });
        dialog.setCancelable(true);
        dialog.setConfirmButtonTheme("error primary");
        dialog.open();
    }
}
