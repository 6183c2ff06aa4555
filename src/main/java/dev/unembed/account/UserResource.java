package dev.unembed.account;

import dev.unembed.account.AccountService.AccountChange;
import dev.unembed.account.AccountService.AccountDetails;
import dev.unembed.base.Created;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

@Path("/api/v1/users")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Users", description = "Accounts, for administrators.")
public class UserResource {
    record NewUser(
            @NotBlank String username,
            @Nullable String displayName,
            @NotNull String password,
            boolean admin) {}

    private final AccountService accounts;
    private final CurrentActor current;

    UserResource(AccountService accounts, CurrentActor current) {
        this.accounts = accounts;
        this.current = current;
    }

    @GET
    @Operation(summary = "List all users", description = "By user name, deactivated ones too.")
    public List<AccountDetails> list() {
        return accounts.list(current.actor());
    }

    @POST
    @Operation(
            summary = "Make a user",
            description =
                    "The user name has 1 to 40 of a-z, 0-9, dot, hyphen, underscore; the password 8 characters or more.")
    @APIResponse(responseCode = "201", description = "Made.")
    public RestResponse<AccountDetails> create(@NotNull @Valid NewUser body, UriInfo uri) {
        String displayName = body.displayName() == null ? "" : body.displayName();
        AccountDetails made =
                accounts.create(current.actor(), body.username(), displayName, body.password(), body.admin());
        return Created.below(uri, made.id(), made);
    }

    @GET
    @Path("/{id}")
    @Operation(summary = "Look up a user")
    public AccountDetails get(long id) {
        return accounts.get(current.actor(), id);
    }

    @PATCH
    @Path("/{id}")
    @Operation(
            summary = "Change a user",
            description = "Fields left out stay. A deactivated user is out with the next request, tokens included."
                    + " The last active administrator stays one.")
    public AccountDetails update(long id, @NotNull @Valid AccountChange body) {
        return accounts.update(current.actor(), id, body);
    }
}
