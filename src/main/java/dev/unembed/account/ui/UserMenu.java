package dev.unembed.account.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.contextmenu.ContextMenu;
import com.vaadin.flow.component.contextmenu.MenuItem;
import com.vaadin.flow.component.html.NativeButton;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.server.VaadinResponse;
import com.vaadin.flow.server.VaadinSession;
import dev.unembed.account.Actor;
import dev.unembed.base.ui.KeyboardHelp;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.ShellSlot;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.servlet.http.Cookie;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The signed-in person at the end of the navigation: account, theme, help, signing out. */
@ApplicationScoped
public class UserMenu implements ShellSlot {
    private static final Map<String, String> THEMES = new LinkedHashMap<>();

    static {
        THEMES.put("light", "Light");
        THEMES.put("dark", "Dark");
        THEMES.put("system", "As the system");
    }

    private final SignedIn signedIn;
    private final String signInCookie;

    UserMenu(
            SignedIn signedIn,
            @ConfigProperty(name = "quarkus.http.auth.form.cookie-name", defaultValue = "quarkus-credential")
                    String signInCookie) {
        this.signedIn = signedIn;
        this.signInCookie = signInCookie;
    }

    @Override
    public Position position() {
        return Position.BOTTOM;
    }

    @Override
    public Component create() {
        Actor actor = signedIn.actor();
        NativeButton button = new NativeButton();
        button.addClassName("user");
        button.add(Parts.avatar(actor.displayName()), new Span(actor.displayName()));
        button.getElement().setAttribute("aria-haspopup", "menu");
        button.setAriaLabel(actor.displayName() + ": account, theme, sign out");

        ContextMenu menu = new ContextMenu(button);
        menu.setOpenOnClick(true);
        menu.addItem("Account", event -> UI.getCurrentOrThrow().navigate(AccountView.class));
        MenuItem theme = menu.addItem("Theme");
        Map<String, MenuItem> choices = new LinkedHashMap<>();
        THEMES.forEach((value, label) -> {
            MenuItem item = theme.getSubMenu().addItem(label, event -> {
                choices.forEach((other, choice) -> choice.setChecked(other.equals(value)));
                UI.getCurrentOrThrow().getPage().executeJs("window.unembedTheme.choose($0)", value);
            });
            item.setCheckable(true);
            choices.put(value, item);
        });
        menu.addItem("Keyboard help", event -> KeyboardHelp.open());
        menu.addItem("Sign out", event -> signOut());
        button.addAttachListener(attached -> button.getElement()
                .executeJs("return window.unembedTheme.chosen()")
                .then(String.class, chosen -> choices.forEach((value, item) -> item.setChecked(value.equals(chosen)))));
        return button;
    }

    private void signOut() {
        VaadinResponse response = VaadinResponse.getCurrent();
        if (response != null) {
            Cookie cookie = new Cookie(signInCookie, "");
            cookie.setPath("/");
            cookie.setMaxAge(0);
            cookie.setHttpOnly(true);
            response.addCookie(cookie);
        }
        UI.getCurrentOrThrow().getPage().setLocation("/login");
        VaadinSession.getCurrent().getSession().invalidate();
    }
}
