package dev.unembed.workspace;

import dev.unembed.account.Actor;
import dev.unembed.account.CurrentActor;
import dev.unembed.base.Created;
import dev.unembed.workspace.WorkspaceService.MemberDetails;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
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

@Path("/api/v1/workspaces")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(
        name = "Workspaces",
        description =
                "Rooms that members share; every run is in one. A path names a workspace by its id or its exact name."
                        + " VIEWER reads, EDITOR also submits and edits runs, OWNER also manages members and the workspace.")
public class WorkspaceResource {
    record Name(@NotBlank String name) {}

    record NewMember(@NotBlank String username, @NotNull Role role) {}

    record NewRole(@NotNull Role role) {}

    private final WorkspaceService workspaces;
    private final CurrentActor current;

    WorkspaceResource(WorkspaceService workspaces, CurrentActor current) {
        this.workspaces = workspaces;
        this.current = current;
    }

    @GET
    @Operation(summary = "List my workspaces", description = "By name, with my role in each.")
    public List<WorkspaceDetails> list() {
        return workspaces.list(current.actor());
    }

    @POST
    @Operation(summary = "Make a workspace", description = "The caller becomes its owner.")
    @APIResponse(responseCode = "201", description = "Made.")
    public RestResponse<WorkspaceDetails> create(@NotNull @Valid Name body, UriInfo uri) {
        WorkspaceDetails made = workspaces.create(current.actor(), body.name());
        return Created.below(uri, made.id(), made);
    }

    @GET
    @Path("/{workspace}")
    @Operation(summary = "Look up a workspace")
    public WorkspaceDetails get(String workspace) {
        Actor actor = current.actor();
        return workspaces.get(actor, workspaces.resolve(actor, workspace));
    }

    @PATCH
    @Path("/{workspace}")
    @Operation(summary = "Rename a workspace", description = "Owners only.")
    public WorkspaceDetails rename(String workspace, @NotNull @Valid Name body) {
        Actor actor = current.actor();
        return workspaces.rename(actor, workspaces.resolve(actor, workspace), body.name());
    }

    @DELETE
    @Path("/{workspace}")
    @Operation(summary = "Delete an empty workspace", description = "Owners only; 409 while it has runs.")
    public void delete(String workspace) {
        Actor actor = current.actor();
        workspaces.delete(actor, workspaces.resolve(actor, workspace));
    }

    @GET
    @Path("/{workspace}/members")
    @Operation(summary = "List a workspace's members")
    public List<MemberDetails> members(String workspace) {
        Actor actor = current.actor();
        return workspaces.members(actor, workspaces.resolve(actor, workspace));
    }

    @POST
    @Path("/{workspace}/members")
    @Operation(summary = "Add a member", description = "Owners only.")
    @APIResponse(responseCode = "201", description = "Added.")
    public RestResponse<MemberDetails> addMember(String workspace, @NotNull @Valid NewMember body, UriInfo uri) {
        Actor actor = current.actor();
        MemberDetails added =
                workspaces.addMember(actor, workspaces.resolve(actor, workspace), body.username(), body.role());
        return Created.below(uri, added.username(), added);
    }

    @PATCH
    @Path("/{workspace}/members/{username}")
    @Operation(summary = "Change a member's role", description = "Owners only. The last owner stays one.")
    public MemberDetails changeRole(String workspace, String username, @NotNull @Valid NewRole body) {
        Actor actor = current.actor();
        return workspaces.changeRole(actor, workspaces.resolve(actor, workspace), username, body.role());
    }

    @DELETE
    @Path("/{workspace}/members/{username}")
    @Operation(summary = "Remove a member", description = "Owners; every member may leave. The last owner stays.")
    public void removeMember(String workspace, String username) {
        Actor actor = current.actor();
        workspaces.removeMember(actor, workspaces.resolve(actor, workspace), username);
    }
}
