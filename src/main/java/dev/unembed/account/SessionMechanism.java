package dev.unembed.account;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.identity.request.TrustedAuthenticationRequest;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.FormAuthenticationMechanism;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * A session cookie whose account is gone or deactivated counts as none. The form's own mechanism, asked alone, would fail
 * the request: then even the sign-in page answers with a redirect to the sign-in page.
 */
@ApplicationScoped
class SessionMechanism implements HttpAuthenticationMechanism {
    private final FormAuthenticationMechanism form;
    private final String cookieName;
    private final String postLocation;

    SessionMechanism(
            FormAuthenticationMechanism form,
            @ConfigProperty(name = "quarkus.http.auth.form.cookie-name") String cookieName,
            @ConfigProperty(name = "quarkus.http.auth.form.post-location") String postLocation) {
        this.form = form;
        this.cookieName = cookieName;
        this.postLocation = postLocation;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager identities) {
        boolean signsIn = context.request().method() == HttpMethod.POST
                && context.normalizedPath().endsWith(postLocation);
        if (signsIn || context.request().getCookie(cookieName) == null) {
            return Uni.createFrom().nullItem(); // the form's business
        }
        return form.authenticate(context, identities)
                .onFailure(AuthenticationFailedException.class)
                .recoverWithItem(() -> {
                    context.response().removeCookie(cookieName); // from the request too, for who asks after us
                    context.remove(HttpAuthenticationMechanism.class.getName()); // the form had claimed the request
                    return null;
                });
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().nullItem();
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of(TrustedAuthenticationRequest.class);
    }

    /** After the API token, before the form. */
    @Override
    public int getPriority() {
        return DEFAULT_PRIORITY + 400;
    }
}
