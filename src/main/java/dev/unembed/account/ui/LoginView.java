package dev.unembed.account.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.HtmlContainer;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H1;
import com.vaadin.flow.component.html.Input;
import com.vaadin.flow.component.html.NativeLabel;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.dom.Element;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.server.VaadinRequest;
import com.vaadin.flow.server.VaadinResponse;
import com.vaadin.flow.server.VaadinServletRequest;
import com.vaadin.flow.server.VaadinSession;
import com.vaadin.flow.server.auth.AnonymousAllowed;
import com.vaadin.flow.server.auth.NavigationAccessControl;
import dev.unembed.base.ui.Parts;
import jakarta.inject.Inject;
import jakarta.servlet.http.Cookie;
import java.net.URI;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Signing in by an ordinary form: it works with password managers and needs no session. Whoever followed a link to a
 * page lands on that page afterwards.
 */
@Route("login")
@PageTitle("Sign in · Unembed")
@AnonymousAllowed
public class LoginView extends Div implements BeforeEnterObserver {
    private final Paragraph error = new Paragraph("Wrong name or password. Try again.");
    private final String locationCookie;

    @Inject
    public LoginView(
            @ConfigProperty(name = "quarkus.http.auth.form.username-parameter", defaultValue = "j_username")
                    String usernameParameter,
            @ConfigProperty(name = "quarkus.http.auth.form.password-parameter", defaultValue = "j_password")
                    String passwordParameter,
            @ConfigProperty(name = "quarkus.http.auth.form.post-location", defaultValue = "/j_security_check")
                    String postLocation,
            @ConfigProperty(name = "quarkus.http.auth.form.location-cookie", defaultValue = "quarkus-redirect-location")
                    String locationCookie) {
        this.locationCookie = locationCookie;
        addClassName("login");
        Div brand = Parts.div("brand", Parts.mark(26), new Span("Unembed"));

        HtmlContainer form = new HtmlContainer("form");
        form.getElement().setAttribute("method", "post");
        form.getElement().setAttribute("action", postLocation);
        error.addClassName("failed");
        error.getElement().setAttribute("role", "alert");
        error.setVisible(false);
        form.add(error);
        form.add(field("Name", "text", usernameParameter, "username", true));
        form.add(field("Password", "password", passwordParameter, "current-password", false));
        Element submit = new Element("button");
        submit.setAttribute("type", "submit");
        submit.setAttribute("class", "btn primary");
        submit.setText("Sign in");
        form.getElement().appendChild(submit);

        H1 title = new H1("Sign in");
        add(
                brand,
                Parts.div("card", title, form),
                Parts.text("A workspace for teams that look inside transformer language models.", "muted"),
                Parts.text("First start? The administrator's name and password are in the server's output.", "quiet"));
    }

    private static Component field(String label, String type, String name, String autocomplete, boolean first) {
        Input input = new Input();
        input.setType(type);
        input.setId("login-" + name);
        input.addClassName("in");
        input.getElement().setAttribute("name", name);
        input.getElement().setAttribute("autocomplete", autocomplete);
        input.getElement().setAttribute("autocapitalize", "none");
        input.getElement().setAttribute("required", true);
        if (first) {
            input.getElement().setAttribute("autofocus", true);
            input.getElement().executeJs("this.focus()");
        }
        NativeLabel text = new NativeLabel(label);
        text.setFor(input);
        return Parts.div("field", text, input);
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        VaadinRequest request = VaadinRequest.getCurrent();
        if (request != null && request.getUserPrincipal() != null) {
            event.forwardTo("");
            return;
        }
        error.setVisible(
                event.getLocation().getQueryParameters().getParameters().containsKey("error"));
        rememberWhereTo();
    }

    /**
     * Quarkus returns to the address in this cookie after a successful sign-in. It sets the cookie itself only where it
     * guards a page by its own rules; ours are guarded by Vaadin, which leaves the wanted page in the session.
     */
    private void rememberWhereTo() {
        wantedPage().ifPresent(page -> {
            VaadinResponse response = VaadinResponse.getCurrent();
            if (response != null && VaadinRequest.getCurrent() instanceof VaadinServletRequest request) {
                URI here = URI.create(
                        request.getHttpServletRequest().getRequestURL().toString());
                Cookie cookie = new Cookie(locationCookie, here.getScheme() + "://" + here.getAuthority() + "/" + page);
                cookie.setPath("/");
                cookie.setHttpOnly(true);
                cookie.setSecure(request.isSecure());
                cookie.setAttribute("SameSite", "Lax");
                response.addCookie(cookie);
            }
        });
    }

    private static Optional<String> wantedPage() {
        VaadinSession session = VaadinSession.getCurrent();
        Object wanted = session == null || session.getSession() == null
                ? null
                : session.getSession().getAttribute(NavigationAccessControl.SESSION_STORED_REDIRECT);
        return wanted instanceof String page && !page.startsWith("login")
                ? Optional.of(page.replaceFirst("^/+", ""))
                : Optional.empty();
    }
}
