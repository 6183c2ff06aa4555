package dev.unembed.model;

import dev.unembed.account.CurrentActor;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.TokenizedPrompt;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Models over HTTP. */
@Path("/api/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Models", description = "The models that runs can use, and how they read a text.")
public class ModelResource {
    /** @param folder as the server sees it */
    public record Registration(
            @Nullable String name, @Nullable String folder) {}

    /**
     * How a text would be read.
     *
     * @param ids the tokens' ids alone
     * @param limit how many tokens the model reads at most
     * @param warnings sentences worth showing before a run
     */
    public record TokenPreview(
            String model,
            boolean bosPrepended,
            List<TokenizedPrompt.Token> tokens,
            int[] ids,
            int count,
            int limit,
            List<String> warnings) {}

    private final ModelRegistry models;
    private final CurrentActor current;

    ModelResource(ModelRegistry models, CurrentActor current) {
        this.models = models;
        this.current = current;
    }

    @GET
    @Operation(
            operationId = "listModels",
            summary = "List models",
            description = "Their folders are shown to administrators only.")
    public List<ModelDetails> list() {
        return models.list(current.actor());
    }

    @POST
    @Operation(
            operationId = "registerModel",
            summary = "Register a model folder (administrators)",
            description = "Reads every byte of the folder once, for its digest: seconds for a big model.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = Registration.class),
                            examples =
                                    @ExampleObject(
                                            name = "A folder in Hugging Face's layout",
                                            value = "{\"name\": \"gpt2\", \"folder\": \"/srv/models/gpt2\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Registered.",
            content = @Content(schema = @Schema(implementation = ModelDetails.class)))
    @APIResponse(responseCode = "409", description = "The name is taken, or the same model is registered already.")
    @APIResponse(
            responseCode = "422",
            description = "It isn't a model this engine runs: the detail says what is wrong.")
    public Response register(@Nullable Registration body) {
        if (body == null || body.name() == null || body.folder() == null) {
            throw new InvalidInput(
                    "name and folder are needed, such as {\"name\": \"gpt2\", \"folder\": \"/srv/models/gpt2\"}.");
        }
        ModelDetails model = models.register(current.actor(), body.name(), body.folder());
        return Response.created(URI.create("/api/v1/models/" + model.name()))
                .entity(model)
                .build();
    }

    @GET
    @Path("{name}")
    @Operation(operationId = "getModel", summary = "Get a model")
    public ModelDetails get(@PathParam("name") String name) {
        return models.get(current.actor(), name);
    }

    @DELETE
    @Path("{name}")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "removeModel",
            summary = "Forget a model (administrators)",
            description = "Refused while runs use it. Its files stay unless a download of ours is to go with them.")
    @APIResponse(responseCode = "204", description = "Forgotten.")
    public void remove(
            @PathParam("name") String name,
            @QueryParam("files")
                    @DefaultValue("false")
                    @Parameter(description = "true deletes the files as well, if they were downloaded from the hub")
                    boolean files) {
        models.remove(current.actor(), name, files);
    }

    @POST
    @Path("{name}/verify")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "verifyModel",
            summary = "Read every byte of a model's files again (administrators)",
            description = "In the background; `check` of the model says READING, then EQUAL, DIFFERENT or UNREADABLE.")
    @APIResponse(
            responseCode = "202",
            description = "It is being read.",
            content = @Content(schema = @Schema(implementation = ModelDetails.class)))
    public Response verify(@PathParam("name") String name) {
        return Response.accepted(models.verify(current.actor(), name)).build();
    }

    @GET
    @Path("{name}/tokens")
    @Operation(
            operationId = "previewTokens",
            summary = "How a model would read a text",
            description = "Pieces with ids and character offsets (UTF-16), the BOS token where the policy puts one.")
    public TokenPreview tokens(
            @PathParam("name") String name,
            @QueryParam("text") @DefaultValue("") String text,
            @QueryParam("bos") @DefaultValue("default") @Parameter(description = "default, always or never")
                    String bos) {
        TokenizedPrompt prompt = models.tokens(name, text, BosPolicy.of(bos));
        ModelDetails model = models.get(name);
        int[] ids = prompt.ids();
        return new TokenPreview(
                model.name(),
                prompt.bosPrepended(),
                prompt.tokens(),
                ids,
                ids.length,
                model.dimensions().nCtx(),
                prompt.warnings());
    }
}
