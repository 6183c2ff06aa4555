package dev.unembed.model;

import dev.unembed.account.CurrentActor;
import dev.unembed.base.Created;
import dev.unembed.engine.InvalidInput;
import dev.unembed.model.hub.HubModel;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Downloads of models over HTTP. */
@Path("/api/v1/models/downloads")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Model downloads", description = "Models on their way from a Hugging Face hub. For administrators.")
public class DownloadResource {
    /**
     * @param model the hub's id, or the address of the model's page
     * @param revision branch, tag or commit; main if left out
     * @param name what it is to be called here; by default the end of its id
     * @param token of an account with access, for private and gated models; kept in memory only
     */
    @Schema(description = "A model to be downloaded.")
    public record NewDownload(
            @Nullable String model,
            @Nullable String revision,
            @Nullable String name,
            @Nullable String token) {
        /** Without the token. */
        @Override
        public String toString() {
            return "NewDownload[" + model + ", " + revision + ", " + name + "]";
        }
    }

    /**
     * @param name another one than before, when that was taken meanwhile
     * @param token where the first one was wrong or is lost
     */
    @Schema(description = "What is to be different this time; may be left out.")
    public record Resumption(
            @Nullable String name, @Nullable String token) {
        /** Without the token. */
        @Override
        public String toString() {
            return "Resumption[" + name + "]";
        }
    }

    private final ModelDownloads downloads;
    private final CurrentActor current;

    DownloadResource(ModelDownloads downloads, CurrentActor current) {
        this.downloads = downloads;
        this.current = current;
    }

    @GET
    @Operation(operationId = "listModelDownloads", summary = "List downloads, the newest first (administrators)")
    public List<DownloadDetails> list() {
        return downloads.list(current.actor());
    }

    @POST
    @Operation(
            operationId = "downloadModel",
            summary = "Download a model from the hub (administrators)",
            description =
                    "Returns at once; the download runs in the background. The model's config is looked at first: a"
                            + " family that isn't supported is refused before its weights are fetched. Only config, tokenizer and"
                            + " safetensors are taken, their checksums verified, then the model is registered with the commit it"
                            + " came from. A stopped download of the same revision is taken up.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = NewDownload.class),
                            examples = {
                                @ExampleObject(
                                        name = "A public model",
                                        value =
                                                "{\"model\": \"HuggingFaceTB/SmolLM2-135M-Instruct\", \"name\": \"smollm2\"}"),
                                @ExampleObject(
                                        name = "A gated model at a revision",
                                        value = "{\"model\": \"meta-llama/Llama-3.2-1B\", \"revision\": \"main\","
                                                + " \"token\": \"hf_…\"}")
                            }))
    @APIResponse(
            responseCode = "201",
            description = "It waits or runs; follow it by GET.",
            content = @Content(schema = @Schema(implementation = DownloadDetails.class)))
    @APIResponse(responseCode = "409", description = "It is under way already, or the name is taken.")
    public RestResponse<DownloadDetails> start(@Nullable NewDownload body, @Context UriInfo uri) {
        if (body == null || body.model() == null) {
            throw new InvalidInput(
                    "model is needed, such as {\"model\": \"HuggingFaceTB/SmolLM2-135M-Instruct\", \"revision\": \"main\"}.");
        }
        DownloadDetails download =
                downloads.start(current.actor(), HubModel.of(body.model(), body.revision()), body.name(), body.token());
        return Created.below(uri, download.id(), download);
    }

    @GET
    @Path("{id}")
    @Operation(
            operationId = "getModelDownload",
            summary = "Get a download (administrators)",
            description =
                    "Bytes done and in all, rate, time left, and what is being done; the failure where it stopped.")
    public DownloadDetails get(@PathParam("id") long id) {
        return downloads.get(current.actor(), id);
    }

    @POST
    @Path("{id}/cancel")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "cancelModelDownload",
            summary = "Stop a download (administrators)",
            description = "What has arrived is kept for resuming; DELETE throws it away.")
    public DownloadDetails cancel(@PathParam("id") long id) {
        return downloads.cancel(current.actor(), id);
    }

    @POST
    @Path("{id}/resume")
    @Consumes({MediaType.APPLICATION_JSON, MediaType.WILDCARD})
    @Operation(
            operationId = "resumeModelDownload",
            summary = "Go on with a stopped download (administrators)",
            description =
                    "With the commit it began with, from the byte where it broke off. A body is needed only to give a"
                            + " token or another name.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = Resumption.class),
                            examples = @ExampleObject(name = "With a new token", value = "{\"token\": \"hf_…\"}")))
    public DownloadDetails resume(@PathParam("id") long id, @Nullable Resumption body) {
        return downloads.resume(
                current.actor(), id, body == null ? null : body.name(), body == null ? null : body.token());
    }

    @DELETE
    @Path("{id}")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "removeModelDownload",
            summary = "Forget a stopped download (administrators)",
            description = "With what has arrived of it. A model that it became stays.")
    @APIResponse(responseCode = "204", description = "Forgotten.")
    public void remove(@PathParam("id") long id) {
        downloads.remove(current.actor(), id);
    }
}
