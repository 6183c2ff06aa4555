package dev.unembed.run;

import static dev.unembed.base.Given.required;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.account.Actor;
import dev.unembed.account.CurrentActor;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.result.Result;
import dev.unembed.engine.result.ResultFiles;
import dev.unembed.workspace.WorkspaceService;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Runs over HTTP. */
@Path("/api/v1/runs")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Runs", description = "Analyses: submitting them, following them, reading their results.")
public class RunResource {
    /**
     * @param workspace id or name
     * @param params as the kind of analysis defines them
     * @param fresh compute even if an identical run has a result already
     */
    public record Submitted(
            @Nullable @Schema(description = "Workspace, by id or name.", examples = "Demo")
            JsonNode workspace,

            @Nullable @Schema(description = "Kind of analysis.", defaultValue = "lens")
            String kind,

            @Nullable @Schema(description = "Name of a registered model.", examples = "demo")
            String model,

            @Nullable @Schema(description = "Made from the prompt when absent.")
            String title,

            @Nullable @Schema(description = "Words to find it by; at most 20.")
            List<String> tags,

            @Nullable
            @Schema(description = "Higher starts first.", minimum = "-100", maximum = "100", defaultValue = "0")
            Integer priority,

            @Nullable @Schema(implementation = Object.class, description = "Parameters of the kind of analysis.")
            ObjectNode params,

            @Nullable @Schema(description = "The only source of randomness.", defaultValue = "0")
            Long seed,

            @Nullable @Schema(description = "Compute even if an identical run is there.", defaultValue = "false")
            Boolean fresh) {}

    /** @param title null leaves it @param tags null leaves them */
    public record Edit(@Nullable String title, @Nullable List<String> tags) {}

    /** @param next the cursor of the next page, null on the last */
    public record Page(
            List<RunDetails> runs,
            @Nullable @Schema(nullable = true) String next) {}

    /** A run, with whether it was there before it was asked for. */
    public record Answer(@JsonUnwrapped RunDetails run, boolean existing) {}

    private static final String SAFETENSORS = "application/vnd.safetensors";
    private static final String CSV = "text/csv";

    private final RunService runs;
    private final WorkspaceService workspaces;
    private final CurrentActor current;

    RunResource(RunService runs, WorkspaceService workspaces, CurrentActor current) {
        this.runs = runs;
        this.workspaces = workspaces;
        this.current = current;
    }

    @POST
    @Operation(
            operationId = "submitRun",
            summary = "Submit a run",
            description =
                    "Answers 201 with a new run, or 200 with an identical one that has a result or is on its way to"
                            + " one (`existing` is true then); `fresh` always computes.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = Submitted.class),
                            examples = {
                                @ExampleObject(name = "A lens reading", value = """
                                                    {"workspace": "Demo", "kind": "lens", "model": "demo",
                                                     "title": "Capital of Australia", "tags": ["facts"],
                                                     "params": {"prompt": "The capital of Australia is", "topK": 10,
                                                                "track": [" Canberra", " Sydney"], "sublayers": true}}
                                                    """),
                                @ExampleObject(name = "An attribution", value = """
                                                    {"workspace": "Demo", "kind": "attribution", "model": "demo",
                                                     "params": {"examples": [{"prompt": "The capital of France is",
                                                                              "answer": " Paris", "foil": " Rome"}]}}
                                                    """)
                            }))
    @APIResponse(
            responseCode = "201",
            description = "Queued.",
            content = @Content(schema = @Schema(implementation = RunDetails.class)))
    @APIResponse(
            responseCode = "200",
            description = "An identical run was there.",
            content = @Content(schema = @Schema(implementation = RunDetails.class)))
    @APIResponse(responseCode = "422", description = "Something in the request can't be: the detail says what.")
    public Response submit(@Nullable Submitted body) {
        Actor actor = current.actor();
        Submitted asked = required(body, "body");
        RunRequest request = new RunRequest(
                workspaces.resolve(actor, asked.workspace()),
                asked.kind() == null ? "lens" : asked.kind(),
                required(asked.model(), "model"),
                asked.title(),
                asked.tags() == null ? List.of() : withoutNulls(asked.tags()),
                asked.priority() == null ? 0 : asked.priority(),
                asked.params() == null ? JsonNodeFactory.instance.objectNode() : asked.params(),
                asked.seed() == null ? 0 : asked.seed(),
                asked.fresh() != null && asked.fresh());
        RunService.Submission submission = runs.submit(actor, request);
        return located(submission.existing() ? 200 : 201, submission.run())
                .entity(new Answer(submission.run(), submission.existing()))
                .build();
    }

    @GET
    @Operation(
            operationId = "listRuns",
            summary = "List runs",
            description = "Page by page, without gaps or repeats while runs come and go: pass `next` as `cursor`.")
    public Page list(
            @Nullable @QueryParam("workspace") @Parameter(description = "Id or name; all of yours when absent.")
                    String workspace,
            @Nullable @QueryParam("kind") String kind,
            @Nullable @QueryParam("model") String model,
            @Nullable @QueryParam("status") @Parameter(description = "queued, running, succeeded, failed or cancelled")
                    String status,
            @Nullable @QueryParam("tag") String tag,
            @Nullable @QueryParam("author") @Parameter(description = "User name") String author,
            @Nullable @QueryParam("q") @Parameter(description = "Words found in title, prompt or tags.") String q,
            @QueryParam("sort")
                    @DefaultValue("-created")
                    @Parameter(description = "created, title or finished; a minus in front for descending.")
                    String sort,
            @QueryParam("limit") @DefaultValue("50") @Parameter(description = "1 to 200") String limit,
            @Nullable @QueryParam("cursor") String cursor) {
        Actor actor = current.actor();
        RunFilter filter = new RunFilter(
                workspace == null ? null : workspaces.resolve(actor, workspace),
                kind,
                model,
                status == null ? null : status(status),
                tag,
                author,
                q,
                sort,
                number(limit, "limit"),
                cursor);
        RunService.RunPage page = runs.list(actor, filter);
        return new Page(page.runs(), page.next());
    }

    @GET
    @Path("{id}")
    @Operation(operationId = "getRun", summary = "Get a run")
    public RunDetails get(@PathParam("id") long id) {
        return runs.get(current.actor(), id);
    }

    @GET
    @Path("{id}/counterparts")
    @Operation(
            operationId = "listCounterparts",
            summary = "Runs to hold a run against",
            description =
                    "For an attribution, the finished patchings of heads and circuit tests about the same prompts of the same"
                            + " model: they tell what each component does, where it tells what each votes. For those, the"
                            + " attributions. Newest first; none for other kinds.")
    public List<RunDetails> counterparts(@PathParam("id") long id) {
        return runs.counterparts(current.actor(), id);
    }

    @PATCH
    @Path("{id}")
    @Operation(operationId = "editRun", summary = "Change a run's title or tags")
    public RunDetails edit(@PathParam("id") long id, @Nullable Edit body) {
        Edit edit = required(body, "body");
        return runs.edit(current.actor(), id, edit.title(), edit.tags() == null ? null : withoutNulls(edit.tags()));
    }

    @POST
    @Path("{id}/cancel")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "cancelRun",
            summary = "Cancel a run",
            description =
                    "A queued run is CANCELLED in the answer; a running one has cancelRequested and ends within a second.")
    public RunDetails cancel(@PathParam("id") long id) {
        return runs.cancel(current.actor(), id);
    }

    @POST
    @Path("{id}/repeat")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "repeatRun",
            summary = "Repeat a run",
            description = "A new run with the same parameters, always computed; also the retry of a failed one.")
    @APIResponse(
            responseCode = "201",
            description = "Queued.",
            content = @Content(schema = @Schema(implementation = RunDetails.class)))
    public Response repeat(@PathParam("id") long id) {
        RunDetails run = runs.repeat(current.actor(), id);
        return located(201, run).entity(run).build();
    }

    @POST
    @Path("{id}/resume")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "resumeRun",
            summary = "Resume a run that was stopped before its end",
            description =
                    "The same run waits again and goes on from its `checkpoint`, to the same numbers as if it had never been"
                            + " stopped. Possible while `resumable` is true: a cancelled run, or one that failed for want of"
                            + " resources, of which something was saved less than 7 days ago.")
    @APIResponse(responseCode = "200", description = "Queued.")
    @APIResponse(responseCode = "409", description = "There is nothing to go on from: the detail says why.")
    public RunDetails resume(@PathParam("id") long id) {
        return runs.resume(current.actor(), id);
    }

    @DELETE
    @Path("{id}")
    @Consumes(MediaType.WILDCARD)
    @Operation(operationId = "deleteRun", summary = "Delete a run with its result")
    @APIResponse(responseCode = "204", description = "It is gone.")
    public void delete(@PathParam("id") long id) {
        runs.delete(current.actor(), id);
    }

    @GET
    @Path("{id}/result")
    @Operation(
            operationId = "getResult",
            summary = "A run's result as JSON",
            description =
                    "Immutable, with an ETag. 409 while there is none, or when the run failed: the detail says why.")
    public Response resultAsJson(
            @PathParam("id") long id, @Nullable @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
        return derived(id, ifNoneMatch, "json", MediaType.APPLICATION_JSON, (result, out) -> {
            ResultFiles.writeJson(result, out);
        });
    }

    @GET
    @Path("{id}/result.csv")
    @Produces({CSV, "application/problem+json"})
    @Operation(operationId = "getResultAsCsv", summary = "A run's result as CSV (RFC 4180)")
    public Response resultAsCsv(
            @PathParam("id") long id, @Nullable @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
        return derived(id, ifNoneMatch, "csv", CSV + ";charset=UTF-8", (result, out) -> {
            Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
            ResultFiles.writeCsv(result, writer);
            writer.flush();
        });
    }

    @GET
    @Path("{id}/result.safetensors")
    @Produces({SAFETENSORS, "application/problem+json"})
    @Operation(
            operationId = "getResultAsSafetensors",
            summary = "A run's result as safetensors",
            description = "The file as it is stored; sent as gzip to those who accept that.")
    public Response resultAsSafetensors(
            @PathParam("id") long id,
            @Nullable @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch,
            @Nullable @HeaderParam(HttpHeaders.ACCEPT_ENCODING) String acceptEncoding,
            @Context RoutingContext http) {
        // over HTTP/2 the server's own encoder would take our header for an order and compress a second time
        boolean gzip = acceptsGzip(acceptEncoding) && http.request().version() != HttpVersion.HTTP_2;
        Actor actor = current.actor();
        EntityTag tag = new EntityTag(runs.resultTag(actor, id) + (gzip ? "-gzip" : ""));
        if (matches(ifNoneMatch, tag)) {
            return cached(Response.notModified(), tag)
                    .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
                    .build();
        }
        byte[] blob = runs.result(actor, id).blob();
        Response.ResponseBuilder response = cached(Response.ok(gzip ? blob : unpacked(blob), SAFETENSORS), tag)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"run-" + id + ".safetensors\"");
        if (gzip) {
            // at the last moment: Quarkus' own compression says "identity" for this media type, over what is set here
            http.addHeadersEndHandler(sent -> http.response().putHeader(HttpHeaders.CONTENT_ENCODING, "gzip"));
        }
        return response.build();
    }

    @FunctionalInterface
    private interface Form {
        void write(Result result, OutputStream out) throws IOException;
    }

    private Response derived(long id, @Nullable String ifNoneMatch, String form, String mediaType, Form writer) {
        Actor actor = current.actor();
        EntityTag tag = new EntityTag(runs.resultTag(actor, id) + "-" + form);
        if (matches(ifNoneMatch, tag)) {
            return cached(Response.notModified(), tag).build();
        }
        Result result =
                ResultFiles.fromSafetensors(unpacked(runs.result(actor, id).blob()));
        StreamingOutput body = out -> writer.write(result, out);
        return cached(Response.ok(body, mediaType), tag)
                .header(HttpHeaders.CONTENT_DISPOSITION, "inline; filename=\"run-" + id + "." + form + "\"")
                .build();
    }

    private static Response.ResponseBuilder located(int status, RunDetails run) {
        return Response.status(status).location(URI.create("/api/v1/runs/" + run.id()));
    }

    private static Response.ResponseBuilder cached(Response.ResponseBuilder response, EntityTag tag) {
        return response.tag(tag).header(HttpHeaders.CACHE_CONTROL, "private, immutable, max-age=31536000");
    }

    private static boolean matches(@Nullable String ifNoneMatch, EntityTag tag) {
        if (ifNoneMatch == null) {
            return false;
        }
        String value = "\"" + tag.getValue() + "\"";
        return Arrays.stream(ifNoneMatch.split(","))
                .map(String::strip)
                .map(given -> given.startsWith("W/") ? given.substring(2) : given)
                .anyMatch(given -> given.equals("*") || given.equals(value));
    }

    private static boolean acceptsGzip(@Nullable String acceptEncoding) {
        if (acceptEncoding == null) {
            return false;
        }
        return Arrays.stream(acceptEncoding.toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .anyMatch(coding -> coding.matches("(gzip|\\*)(\\s*;\\s*q=(1(\\.0+)?|0?\\.[0-9]*[1-9][0-9]*))?"));
    }

    private static byte[] unpacked(byte[] gzip) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("a stored result can't be unpacked", e);
        }
    }

    private static RunStatus status(String name) {
        for (RunStatus status : RunStatus.values()) {
            if (status.name().equalsIgnoreCase(name)) {
                return status;
            }
        }
        throw new InvalidInput("status is '" + name + "'; expected queued, running, succeeded, failed or cancelled.");
    }

    private static int number(String text, String name) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new InvalidInput(name + " is '" + text + "'; expected a whole number.");
        }
    }

    private static List<String> withoutNulls(List<String> tags) {
        for (Object tag : tags) {
            if (tag == null) {
                throw new InvalidInput("tags has a null; expected words.");
            }
        }
        return tags;
    }
}
