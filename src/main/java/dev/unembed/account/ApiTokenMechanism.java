package dev.unembed.account;

import dev.unembed.base.Problem;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.identity.request.BaseAuthenticationRequest;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.quarkus.vertx.http.runtime.security.HttpCredentialTransport;
import io.quarkus.vertx.http.runtime.security.HttpSecurityUtils;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code Authorization: Bearer …} signs in by API token; a request without it falls through to the form's cookie. Also
 * answers the API's unauthenticated requests: 401 with a problem, where the form would redirect to its page.
 */
@ApplicationScoped
class ApiTokenMechanism implements HttpAuthenticationMechanism {
    private static final String SCHEME = "Bearer ";

    static final class TokenRequest extends BaseAuthenticationRequest {
        private final String secret;

        TokenRequest(String secret) {
            this.secret = secret;
        }

        String secret() {
            return secret;
        }
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager identities) {
        String secret = bearer(context);
        if (secret == null) {
            return Uni.createFrom().nullItem();
        }
        return identities.authenticate(HttpSecurityUtils.setRoutingContextAttribute(new TokenRequest(secret), context));
    }

    @Override
    public Uni<Boolean> sendChallenge(RoutingContext context) {
        if (bearer(context) == null && !isApi(context)) {
            return Uni.createFrom().item(false);
        }
        String detail = bearer(context) == null
                ? "Sign in, or send an API token: Authorization: Bearer une_…"
                : "The API token is unknown or revoked, or its account is deactivated.";
        context.response().putHeader("WWW-Authenticate", "Bearer realm=\"unembed\"");
        return Uni.createFrom()
                .completionStage(Problem.of(401, detail).send(context).toCompletionStage())
                .replaceWith(true);
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return bearer(context) != null || isApi(context)
                ? Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer realm=\"unembed\""))
                : Uni.createFrom().nullItem();
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of(TokenRequest.class);
    }

    @Override
    public Uni<HttpCredentialTransport> getCredentialTransport(RoutingContext context) {
        return Uni.createFrom()
                .item(new HttpCredentialTransport(HttpCredentialTransport.Type.AUTHORIZATION, "bearer", "api-token"));
    }

    /** Before the form, or its redirect would be the API's answer. */
    @Override
    public int getPriority() {
        return DEFAULT_PRIORITY + 500;
    }

    private static boolean isApi(RoutingContext context) {
        String path = context.normalizedPath();
        return path.equals("/api") || path.startsWith("/api/");
    }

    private static @Nullable String bearer(RoutingContext context) {
        String header = context.request().getHeader("Authorization");
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        return header.substring(SCHEME.length()).strip();
    }
}
