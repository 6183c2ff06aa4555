package dev.unembed.hypothesis;

import static dev.unembed.base.Given.required;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import dev.unembed.account.Actor;
import dev.unembed.account.CurrentActor;
import dev.unembed.base.Created;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.hypothesis.HypothesisDetails.Version;
import dev.unembed.hypothesis.HypothesisService.NewHypothesis;
import dev.unembed.hypothesis.Suggestions.Suggestion;
import dev.unembed.run.RunDetails;
import dev.unembed.workspace.WorkspaceService;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Hypotheses over HTTP. */
@Path("/api/v1/hypotheses")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Blocking
@Tag(
        name = "Hypotheses",
        description =
                "Claims that a circuit accounts for a logit difference: versions that never change, frozen before they"
                        + " are tested. States are derived from the evidence: draft, frozen, testing, supported,"
                        + " protocol-dependent, refuted, inconclusive.")
public class HypothesisResource {
    /** The hypothesis and what its first version says. */
    public record Submitted(
            @Nullable @Schema(description = "Workspace, by id or name.", examples = "Demo")
            JsonNode workspace,

            @Nullable @Schema(description = "Made from the claim when absent.")
            String title,

            @Nullable @Schema(description = "Name of a registered model.", examples = "demo")
            String model,

            @Nullable String claim,
            @Nullable PromptSetRef promptSet,
            @Nullable List<PromptExample> examples,
            @Nullable BosPolicy bos,

            @Nullable @Schema(implementation = Object.class, description = "A list of names, or one text.")
            JsonNode circuit,

            @Nullable Map<String, List<String>> classes,
            @Nullable String metric,
            Protocol.@Nullable Change protocol,
            @Nullable ThresholdChange thresholds,
            @Nullable Integer heldOut,
            @Nullable Long seed,
            @Nullable String note) {
        VersionChange first() {
            return new VersionChange(
                    claim,
                    promptSet,
                    examples,
                    bos,
                    circuit,
                    classes,
                    metric,
                    protocol,
                    thresholds,
                    heldOut,
                    seed,
                    note);
        }
    }

    public record Title(@Nullable String title) {}

    /** @param next pass it as {@code cursor} for the next page; null on the last */
    public record Page(
            List<HypothesisDetails> hypotheses,
            @Nullable @Schema(nullable = true) String next) {}

    /** @param version that it tests */
    public record Test(@JsonUnwrapped RunDetails run, int version) {}

    private static final String EXAMPLE = """
            {"workspace": "Demo", "title": "Two heads name the capital", "model": "demo",
             "claim": "L4H1 and L5H3 move the capital's name to the end.",
             "examples": [{"prompt": "The capital of France is", "answer": " Paris", "foil": " Berlin"},
                          {"prompt": "The capital of Japan is", "answer": " Tokyo", "foil": " Beijing"}],
             "circuit": ["L4H1", "L5H3"], "classes": {"mover": ["L4H1", "L5H3"]},
             "protocol": {"universe": "heads", "ablation": "mean", "randomCircuits": 100},
             "thresholds": {"sufficiency": 0.7, "necessity": 0.3}, "seed": 3}
            """;

    private final HypothesisService hypotheses;
    private final Suggestions suggestions;
    private final WorkspaceService workspaces;
    private final CurrentActor current;

    HypothesisResource(
            HypothesisService hypotheses, Suggestions suggestions, WorkspaceService workspaces, CurrentActor current) {
        this.hypotheses = hypotheses;
        this.suggestions = suggestions;
        this.workspaces = workspaces;
        this.current = current;
    }

    @POST
    @Operation(
            operationId = "createHypothesis",
            summary = "State a hypothesis",
            description = "With its first version, a draft. Prompts are named by `promptSet` or given as `examples`.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = Submitted.class),
                            examples = @ExampleObject(name = "A circuit for capitals", value = EXAMPLE)))
    @APIResponse(
            responseCode = "201",
            description = "Stated.",
            content = @Content(schema = @Schema(implementation = HypothesisDetails.class)))
    public RestResponse<HypothesisDetails> create(@Nullable Submitted body, UriInfo uri) {
        Actor actor = current.actor();
        Submitted asked = required(body, "body");
        HypothesisDetails made = hypotheses.create(
                actor,
                new NewHypothesis(
                        workspaces.resolve(actor, asked.workspace()),
                        asked.title(),
                        required(asked.model(), "model"),
                        asked.first()));
        return Created.below(uri, made.id(), made);
    }

    @GET
    @Operation(
            operationId = "listHypotheses",
            summary = "List hypotheses",
            description = "Newest first. Pass `next` as `cursor` for the next page.")
    public Page list(
            @Nullable @QueryParam("workspace") @Parameter(description = "Id or name; all of yours when absent.")
                    String workspace,
            @Nullable @QueryParam("model") String model,
            @Nullable
                    @QueryParam("state")
                    @Parameter(
                            description =
                                    "draft, frozen, testing, supported, protocol-dependent, refuted or inconclusive")
                    String state,
            @Nullable @QueryParam("q") @Parameter(description = "Words found in title or claim.") String q,
            @QueryParam("limit") @DefaultValue("50") @Parameter(description = "1 to 200") String limit,
            @Nullable @QueryParam("cursor") String cursor) {
        Actor actor = current.actor();
        HypothesisService.Page page = hypotheses.list(
                actor,
                new HypothesisFilter(
                        workspace == null ? null : workspaces.resolve(actor, workspace),
                        model,
                        state == null ? null : HypothesisState.parse(state),
                        q,
                        (int) number(limit, "limit", Integer.MAX_VALUE),
                        cursor == null ? null : number(cursor, "cursor", Long.MAX_VALUE)));
        return new Page(page.hypotheses(), page.next() == null ? null : String.valueOf(page.next()));
    }

    @GET
    @Path("suggestion")
    @Operation(
            operationId = "suggestCircuit",
            summary = "Suggest a circuit from a finished run",
            description =
                    "The components with the greatest |direct vote| of an attribution, or the greatest |effect| of a"
                            + " patching of heads. A starting point, not a finding.")
    public Suggestion suggest(
            @QueryParam("run") @Parameter(description = "Id of an attribution or patching run") @Nullable String run,
            @QueryParam("size") @DefaultValue("8") @Parameter(description = "1 to 1000") String size,
            @QueryParam("mlps") @DefaultValue("false") boolean mlps) {
        return suggestions.suggest(
                current.actor(),
                number(required(run, "run"), "run", Long.MAX_VALUE),
                (int) number(size, "size", Integer.MAX_VALUE),
                mlps);
    }

    @GET
    @Path("{id}")
    @Operation(operationId = "getHypothesis", summary = "Look up a hypothesis")
    public HypothesisDetails get(@PathParam("id") long id) {
        return hypotheses.get(current.actor(), id);
    }

    @PATCH
    @Path("{id}")
    @Operation(
            operationId = "renameHypothesis",
            summary = "Change a hypothesis's title",
            description = "Everything else is said by versions, which never change.")
    public HypothesisDetails rename(@PathParam("id") long id, @Nullable Title body) {
        return hypotheses.rename(
                current.actor(), id, required(required(body, "body").title(), "title"));
    }

    @DELETE
    @Path("{id}")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "deleteHypothesis",
            summary = "Delete a hypothesis with its versions",
            description = "The runs that tested it stay.")
    @APIResponse(responseCode = "204", description = "It is gone.")
    public void delete(@PathParam("id") long id) {
        hypotheses.delete(current.actor(), id);
    }

    @GET
    @Path("{id}/versions")
    @Operation(operationId = "listHypothesisVersions", summary = "List versions", description = "Newest first.")
    public List<Version> versions(@PathParam("id") long id) {
        return hypotheses.versions(current.actor(), id);
    }

    @POST
    @Path("{id}/versions")
    @Operation(
            operationId = "addHypothesisVersion",
            summary = "Save a new version",
            description = "What is absent is as in the newest version, or in the one named by `from`.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = VersionChange.class),
                            examples =
                                    @ExampleObject(
                                            name = "One head less",
                                            value = "{\"circuit\": [\"L4H1\"], \"note\": \"Is L5H3 needed?\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Saved.",
            content = @Content(schema = @Schema(implementation = Version.class)))
    public RestResponse<Version> revise(
            @PathParam("id") long id,
            @Nullable VersionChange body,
            @Nullable @QueryParam("from") @Parameter(description = "Number of the version to start from") String from,
            UriInfo uri) {
        Version made = hypotheses.revise(
                current.actor(),
                id,
                required(body, "body"),
                from == null ? null : (int) number(from, "from", Integer.MAX_VALUE));
        return Created.below(uri, made.number(), made);
    }

    @GET
    @Path("{id}/versions/{number}")
    @Operation(operationId = "getHypothesisVersion", summary = "Look up a version")
    public Version version(@PathParam("id") long id, @PathParam("number") int number) {
        return hypotheses.version(current.actor(), id, number);
    }

    @GET
    @Path("{id}/versions/{number}/canonical")
    @Operation(
            operationId = "getHypothesisCanonical",
            summary = "What a version's hash is of",
            description = "The exact bytes: their SHA-256 is the version's `frozen.hash`.")
    public String canonical(@PathParam("id") long id, @PathParam("number") int number) {
        return hypotheses.version(current.actor(), id, number).content().canonical();
    }

    @POST
    @Path("{id}/versions/{number}/freeze")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "freezeHypothesisVersion",
            summary = "Freeze a version",
            description = "Puts SHA-256, time and person on record. One that is frozen already stays as it is.")
    public Version freeze(@PathParam("id") long id, @PathParam("number") int number) {
        return hypotheses.freeze(current.actor(), id, number);
    }

    @POST
    @Path("{id}/versions/{number}/test")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "testHypothesisVersion",
            summary = "Test a frozen version",
            description =
                    "Submits a `circuit-test` run with everything of the version in its parameters; held-out prompts"
                            + " are generated now. 409 for a draft, or while a test is under way.")
    @APIResponse(
            responseCode = "201",
            description = "Queued.",
            content = @Content(schema = @Schema(implementation = Test.class)))
    public Response test(@PathParam("id") long id, @PathParam("number") int number) {
        RunDetails run = hypotheses.test(current.actor(), id, number);
        return Response.status(201)
                .location(URI.create("/api/v1/runs/" + run.id()))
                .entity(new Test(run, number))
                .build();
    }

    @GET
    @Path("{id}/versions/{number}/tests")
    @Operation(operationId = "listHypothesisTests", summary = "List a version's tests", description = "Newest first.")
    public List<RunDetails> tests(@PathParam("id") long id, @PathParam("number") int number) {
        return hypotheses.tests(current.actor(), id, number);
    }

    @GET
    @Path("{id}/compare")
    @Operation(
            operationId = "compareHypothesisVersions",
            summary = "Compare two versions",
            description = "Components added and removed, everything else that differs, and the evidence of both.")
    public Comparison compare(
            @PathParam("id") long id,
            @Nullable @QueryParam("from") @Parameter(description = "Number of a version") String from,
            @Nullable @QueryParam("to") @Parameter(description = "Number of a version") String to) {
        return hypotheses.compare(
                current.actor(), id, (int) number(required(from, "from"), "from", Integer.MAX_VALUE), (int)
                        number(required(to, "to"), "to", Integer.MAX_VALUE));
    }

    private static long number(String text, String name, long max) {
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new InvalidInput(name + " is '" + text + "'; expected a whole number.", e);
        }
        throw new InvalidInput(name + " is " + text + "; expected 0 to " + max + ".");
    }
}
