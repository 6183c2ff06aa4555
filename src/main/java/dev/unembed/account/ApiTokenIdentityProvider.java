package dev.unembed.account;

import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Signs in by API token, see {@link ApiTokenMechanism}. */
@ApplicationScoped
class ApiTokenIdentityProvider implements IdentityProvider<ApiTokenMechanism.TokenRequest> {
    private final SignIn signIn;

    ApiTokenIdentityProvider(SignIn signIn) {
        this.signIn = signIn;
    }

    @Override
    public Class<ApiTokenMechanism.TokenRequest> getRequestType() {
        return ApiTokenMechanism.TokenRequest.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(
            ApiTokenMechanism.TokenRequest request, AuthenticationRequestContext context) {
        return context.runBlocking(() -> Identities.of(signIn.byToken(request.secret())));
    }
}
