package dev.unembed.account;

import dev.unembed.account.AccountService.AccountDetails;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/me")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Account", description = "The caller's own account.")
public class MeResource {
    record PasswordChange(
            @NotNull String oldPassword, @NotNull String newPassword) {}

    private final AccountService accounts;
    private final CurrentActor current;

    MeResource(AccountService accounts, CurrentActor current) {
        this.accounts = accounts;
        this.current = current;
    }

    @GET
    @Operation(summary = "Who am I?")
    public AccountDetails me() {
        return accounts.me(current.actor());
    }

    @POST
    @Path("/password")
    @Operation(summary = "Change my password", description = "At least 8 characters. API tokens stay valid.")
    public void changePassword(@NotNull @Valid PasswordChange body) {
        accounts.changePassword(current.actor(), body.oldPassword(), body.newPassword());
    }
}
