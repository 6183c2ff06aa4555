package dev.unembed.account;

import dev.unembed.account.AccountService.TokenDetails;
import dev.unembed.base.Created;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

@Path("/api/v1/tokens")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "API tokens", description = "Keys by which programs act as the caller. Nobody makes one for somebody else.")
public class TokenResource {
    record TokenRequest(
            @NotBlank @Schema(description = "What it is for.", examples = "nightly notebook")
            String name) {}

    record TokenWithSecret(
            long id,
            String name,
            String prefix,
            Instant createdAt,

            @Schema(description = "Send it as `Authorization: Bearer …`. Shown this once.")
            String token) {}

    private final AccountService accounts;
    private final CurrentActor current;

    TokenResource(AccountService accounts, CurrentActor current) {
        this.accounts = accounts;
        this.current = current;
    }

    @GET
    @Operation(summary = "List my API tokens", description = "Newest first, without their secrets.")
    public List<TokenDetails> list() {
        return accounts.tokens(current.actor());
    }

    @POST
    @Operation(summary = "Make an API token")
    @APIResponse(responseCode = "201", description = "Made; the answer alone shows the token.")
    public RestResponse<TokenWithSecret> create(@NotNull @Valid TokenRequest body, UriInfo uri) {
        AccountService.NewToken made = accounts.createToken(current.actor(), body.name());
        TokenDetails token = made.token();
        return Created.below(
                uri,
                token.id(),
                new TokenWithSecret(token.id(), token.name(), token.prefix(), token.createdAt(), made.secret()));
    }

    @DELETE
    @Path("/{id}")
    @Operation(summary = "Revoke one of my API tokens", description = "The next request with it answers 401.")
    public void revoke(long id) {
        accounts.revokeToken(current.actor(), id);
    }
}
