package dev.unembed.account.ui;

import com.vaadin.flow.server.VaadinRequest;
import com.vaadin.flow.server.VaadinSession;
import dev.unembed.account.AccountService;
import dev.unembed.account.Actor;
import dev.unembed.base.Forbidden;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.Principal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who uses this window. Looked up by the signed-in name and kept with the session, so that updates from the background,
 * which come without a request, know it too; looked up again after a while, so that a right taken away is soon gone.
 */
@ApplicationScoped
public class SignedIn {
    private static final Duration FRESH = Duration.ofSeconds(10);

    private record Known(Actor actor, Instant since) {}

    private final AccountService accounts;
    private final Clock clock;

    SignedIn(AccountService accounts, Clock clock) {
        this.accounts = accounts;
        this.clock = clock;
    }

    /**
     * The person behind the current request or session.
     *
     * @throws dev.unembed.base.NotFound when the account is gone or deactivated
     * @throws Forbidden outside of any session
     */
    public Actor actor() {
        VaadinSession session = VaadinSession.getCurrent();
        if (session == null) {
            throw new Forbidden("Sign in first.");
        }
        Known known = session.getAttribute(Known.class);
        String name = signedInName();
        if (known != null && (name == null || name.equals(known.actor().username())) && isFresh(known)) {
            return known.actor();
        }
        if (name == null && known != null) {
            name = known.actor().username();
        }
        if (name == null) {
            throw new Forbidden("Sign in first.");
        }
        Actor actor = accounts.actor(name);
        session.setAttribute(Known.class, new Known(actor, clock.instant()));
        return actor;
    }

    private boolean isFresh(Known known) {
        return Duration.between(known.since(), clock.instant()).compareTo(FRESH) < 0;
    }

    private static @Nullable String signedInName() {
        VaadinRequest request = VaadinRequest.getCurrent();
        Principal principal = request == null ? null : request.getUserPrincipal();
        return principal == null || principal.getName().isEmpty() ? null : principal.getName();
    }
}
