package dev.unembed.account;

import io.quarkus.security.UnauthorizedException;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;

/** Who sent the present HTTP request. For REST resources; views ask {@code SignedIn}. */
@RequestScoped
public class CurrentActor {
    private final SecurityIdentity identity;

    CurrentActor(SecurityIdentity identity) {
        this.identity = identity;
    }

    public Actor actor() {
        Actor actor = identity.getAttribute(Identities.ACTOR);
        if (actor == null) {
            throw new UnauthorizedException();
        }
        return actor;
    }
}
