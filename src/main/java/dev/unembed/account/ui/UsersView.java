package dev.unembed.account.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.checkbox.Checkbox;
import com.vaadin.flow.component.confirmdialog.ConfirmDialog;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.PasswordField;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.unembed.account.AccountService;
import dev.unembed.account.AccountService.AccountDetails;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.Notices;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.base.ui.Problems;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** Everyone with an account here; for administrators. */
@Route(value = "users", layout = MainLayout.class)
@PageTitle("Users · Unembed")
@RolesAllowed("admin")
public class UsersView extends Div {
    private final AccountService accounts;
    private final SignedIn signedIn;
    private final Clock clock;
    private final PlainTable table = new PlainTable(
            "Users",
            PlainTable.Column.of("Person"),
            PlainTable.Column.of("Name to sign in with"),
            PlainTable.Column.of(
                    "Rights", "Administrators manage users and models; what is in a workspace depends on membership."),
            PlainTable.Column.of("Since"),
            PlainTable.Column.of("State"),
            PlainTable.Column.actions());

    @Inject
    public UsersView(AccountService accounts, SignedIn signedIn, Clock clock) {
        this.accounts = accounts;
        this.signedIn = signedIn;
        this.clock = clock;
        PageHeader header = new PageHeader("Users").actions(Parts.primary("Create user", this::create));
        add(header, Parts.div("card", table));
        refresh();
    }

    private void refresh() {
        table.clear();
        List<AccountDetails> all = accounts.list(signedIn.actor());
        for (AccountDetails account : all) {
            Span since = Parts.muted(Figures.ago(account.createdAt(), clock.instant()));
            since.setTitle(Figures.absolute(account.createdAt()));
            table.row(
                    Parts.person(account.displayName()),
                    Parts.text(account.username(), "mono"),
                    account.admin() ? Parts.chip("administrator", "accent") : Parts.muted("member"),
                    since,
                    account.active() ? Parts.muted("active") : Parts.chip("deactivated", "warn"),
                    action(account));
        }
    }

    private Component action(AccountDetails account) {
        if (account.id() == signedIn.actor().id()) {
            return Parts.muted("you");
        }
        return account.active()
                ? Parts.plain("Deactivate", () -> deactivate(account))
                : Parts.plain("Activate", () -> setActive(account, true));
    }

    private void deactivate(AccountDetails account) {
        ConfirmDialog dialog = new ConfirmDialog(
                "Deactivate " + account.displayName() + "?",
                "They can't sign in and their API tokens are refused. Their analyses stay. It can be undone.",
                "Deactivate",
                event -> setActive(account, false));
        dialog.setCancelable(true);
        dialog.open();
    }

    private void setActive(AccountDetails account, boolean active) {
        accounts.setActive(signedIn.actor(), account.id(), active);
        refresh();
        Notices.done(account.displayName() + (active ? " can sign in again." : " can't sign in any more."));
    }

    private void create() {
        Dialog dialog = new Dialog("Create user");
        dialog.setWidth("420px");
        TextField username = new TextField("Name to sign in with");
        TextField displayName = new TextField("Shown as");
        PasswordField password = new PasswordField("First password");
        password.setHelperText("Tell it to them; they change it under Account.");
        password.getElement().setAttribute("autocomplete", "new-password");
        Checkbox admin = new Checkbox("Administrator: manages users and models");
        Paragraph problem = new Paragraph();
        problem.addClassName("problem");
        problem.setVisible(false);
        List.of(username, displayName).forEach(TextField::setWidthFull);
        password.setWidthFull();
        dialog.add(Parts.stack(username, displayName, password, admin, problem));
        Button submit = Parts.primary("Create user", () -> {
            problem.setVisible(false);
            try {
                String shown = displayName.isEmpty() ? username.getValue() : displayName.getValue();
                accounts.create(
                        signedIn.actor(),
                        username.getValue().strip(),
                        shown.strip(),
                        password.getValue(),
                        admin.getValue());
                dialog.close();
                refresh();
                Notices.done(shown + " can sign in now.");
            } catch (RuntimeException failure) {
                Map<String, String> byField = Problems.byField(failure);
                problem.setText(byField.isEmpty() ? Problems.sentence(failure) : String.join(" ", byField.values()));
                problem.setVisible(true);
            }
        });
        dialog.getFooter().add(Parts.button("Cancel", dialog::close), submit);
        dialog.open();
        username.focus();
    }
}
