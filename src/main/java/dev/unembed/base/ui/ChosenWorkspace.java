package dev.unembed.base.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.ComponentEvent;
import com.vaadin.flow.component.ComponentEventListener;
import com.vaadin.flow.component.ComponentUtil;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.server.VaadinRequest;
import com.vaadin.flow.server.VaadinSession;
import com.vaadin.flow.shared.Registration;
import jakarta.servlet.http.Cookie;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Which workspace a person works in: chosen in the shell, remembered by the session and, for the next one, by a cookie.
 * Only a wish: whoever uses it picks {@link #among} the workspaces the services say there are.
 */
public final class ChosenWorkspace {
    private static final String COOKIE = "unembed-workspace";

    /** Identifies the attribute of the session. */
    private record Choice(long id) {}

    private ChosenWorkspace() {}

    /** The chosen one of these, or the first; empty when there is none. */
    public static <W> Optional<W> among(List<W> workspaces, ToLongFunction<W> id) {
        Optional<Long> chosen = id();
        return workspaces.stream()
                .filter(workspace -> chosen.isPresent() && id.applyAsLong(workspace) == chosen.get())
                .findFirst()
                .or(() -> workspaces.stream().findFirst());
    }

    /** Whether another one than this was chosen. */
    public static boolean isOtherThan(long id) {
        return id().filter(chosen -> chosen != id).isPresent();
    }

    private static Optional<Long> id() {
        VaadinSession session = VaadinSession.getCurrent();
        if (session == null) {
            return Optional.empty();
        }
        Choice choice = session.getAttribute(Choice.class);
        return choice != null ? Optional.of(choice.id()) : remembered();
    }

    private static Optional<Long> remembered() {
        VaadinRequest request = VaadinRequest.getCurrent();
        if (request == null || request.getCookies() == null) {
            return Optional.empty();
        }
        for (Cookie cookie : request.getCookies()) {
            if (cookie.getName().equals(COOKIE) && cookie.getValue().matches("[0-9]{1,18}")) {
                return Optional.of(Long.valueOf(cookie.getValue()));
            }
        }
        return Optional.empty();
    }

    /** Makes it the chosen one and tells every part of the page. */
    public static void choose(UI ui, long id) {
        VaadinSession session = ui.getSession();
        Choice former = session.getAttribute(Choice.class);
        session.setAttribute(Choice.class, new Choice(id));
        if (former == null || former.id() != id) {
            ui.getPage()
                    .executeJs(
                            "document.cookie = $0 + '=' + $1 + ';path=/;max-age=31536000;samesite=lax'",
                            COOKIE,
                            String.valueOf(id));
            announce(ui);
        }
    }

    /** Tells every part of the page to look again: another one was chosen, or this one changed. */
    public static void announce(UI ui) {
        ComponentUtil.fireEvent(ui, new ChosenEvent(ui));
    }

    /** Hears of another choice, or of changes to the list, until the registration is removed. */
    public static Registration listen(UI ui, ComponentEventListener<ChosenEvent> listener) {
        return ComponentUtil.addListener(ui, ChosenEvent.class, listener);
    }

    /** Listens while the component is on the page. */
    public static void listen(Component owner, Runnable action) {
        owner.addAttachListener(attached -> {
            Registration registration = listen(attached.getUI(), event -> action.run());
            owner.addDetachListener(detached -> {
                registration.remove();
                detached.unregisterListener();
            });
        });
    }

    /** Another workspace was chosen in this window. */
    public static class ChosenEvent extends ComponentEvent<UI> {
        public ChosenEvent(UI source) {
            super(source, false);
        }
    }
}
