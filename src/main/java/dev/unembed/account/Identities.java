package dev.unembed.account;

import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;

/** Quarkus' view of an actor. */
final class Identities {
    static final String ACTOR = "dev.unembed.actor";

    private Identities() {}

    static SecurityIdentity of(Actor actor) {
        QuarkusSecurityIdentity.Builder identity = QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(actor.username()))
                .addAttribute(ACTOR, actor)
                .addRole("user");
        if (actor.admin()) {
            identity.addRole("admin");
        }
        return identity.build();
    }
}
