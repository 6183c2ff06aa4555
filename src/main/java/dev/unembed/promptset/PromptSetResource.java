package dev.unembed.promptset;

import static dev.unembed.base.Given.required;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unembed.account.Actor;
import dev.unembed.account.CurrentActor;
import dev.unembed.base.Created;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.prompt.Preflight;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptGenerator;
import dev.unembed.engine.prompt.PromptRecipe;
import dev.unembed.engine.prompt.PromptTemplate;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.promptset.PromptSetService.Generated;
import dev.unembed.workspace.WorkspaceService;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.ArrayList;
import java.util.List;
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

/** Prompt sets over HTTP. */
@Path("/api/v1/promptsets")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Blocking
@Tag(
        name = "Prompt sets",
        description =
                "Named lists of prompts with right and wrong continuations. Every save is a new version, and none ever"
                        + " changes; a run names one by `\"promptSet\": {\"id\", \"version\"}` in its parameters.")
public class PromptSetResource {
    /** What to generate. Everything but generator and model may be absent. */
    public record Recipe(
            @Nullable @Schema(description = "Whose tokenizer chooses the words.", examples = "demo")
            String model,

            @Nullable @Schema(examples = "ioi") String generator,
            @Nullable @Schema(defaultValue = "32") Integer count,
            @Nullable @Schema(defaultValue = "0") Long seed,

            @Nullable @Schema(description = "Ids; the generator chooses when absent.", examples = "[\"ioi/1\"]")
            List<String> templates,

            @Nullable
            @Schema(description = "Unrelated prompts beside each example (p_ABC), for means.", defaultValue = "5")
            Integer counterparts) {
        PromptRecipe recipe() {
            return new PromptRecipe(
                    required(generator, "generator"),
                    null,
                    count == null ? 32 : count,
                    seed == null ? 0 : seed,
                    templates == null ? List.of() : templates,
                    counterparts == null ? PromptRecipe.DEFAULT_COUNTERPARTS : counterparts);
        }
    }

    /** @param examples or {@code generate}: one of them */
    public record NewSet(
            @Nullable @Schema(description = "Workspace, by id or name.", examples = "Demo")
            JsonNode workspace,

            @Nullable String name,

            @Nullable @Schema(description = "Why, for the list of versions.")
            String note,

            @Nullable List<PromptExample> examples,
            @Nullable Recipe generate) {}

    /** @param basedOn refuses to save (409) if this is not the newest any more */
    public record NewVersion(
            @Nullable List<PromptExample> examples,
            @Nullable Recipe generate,
            @Nullable String note,
            @Nullable Integer basedOn) {}

    public record Name(@Nullable String name) {}

    /**
     * @param into id of a set that gets a new version; else a set is made in the workspace under the name
     * @param dryRun only says what would be read
     */
    public record Import(
            @Nullable @Schema(description = "The file's text.")
            String content,

            @Nullable @Schema(description = "csv, jsonl or json; told by looking when absent.")
            String format,

            @Nullable @Schema(description = "Only read and answer.", defaultValue = "false")
            Boolean dryRun,

            @Nullable @Schema(description = "Workspace, by id or name.")
            JsonNode workspace,

            @Nullable String name,

            @Nullable @Schema(description = "Id of a set that gets a new version.")
            Long into,

            @Nullable String note) {}

    /** @param saved the version that was made, null for a dry run or when a row was wrong */
    public record Imported(
            String format,
            int count,
            List<PromptExample> examples,
            List<ExamplesImport.Problem> problems,
            @Nullable @Schema(nullable = true) VersionDetails saved) {}

    public record Unseen(
            @Nullable @Schema(description = "Of the set; the newest when absent.")
            Integer version,

            @Nullable @Schema(description = "Whose tokenizer chooses the words.", examples = "demo")
            String model,

            @Nullable @Schema(defaultValue = "16") Integer count,
            @Nullable @Schema(defaultValue = "0") Long seed) {}

    /** @param templates with the gaps that are filled */
    public record Generator(
            String name,
            int version,
            String label,
            String help,
            boolean counterparts,
            List<PromptTemplate> templates) {}

    /** @param sound how many examples any analysis takes */
    public record Checked(int count, int sound, List<Preflight.Check> checks) {}

    private final PromptSetService sets;
    private final WorkspaceService workspaces;
    private final CurrentActor current;

    PromptSetResource(PromptSetService sets, WorkspaceService workspaces, CurrentActor current) {
        this.sets = sets;
        this.workspaces = workspaces;
        this.current = current;
    }

    @GET
    @Operation(operationId = "listPromptSets", summary = "List a workspace's prompt sets", description = "By name.")
    public List<PromptSetDetails> list(
            @Nullable @QueryParam("workspace") @Parameter(description = "Id or name.") String workspace,
            @Nullable @QueryParam("q") @Parameter(description = "Words of the name.") String q) {
        Actor actor = current.actor();
        return sets.list(actor, workspaces.resolve(actor, required(workspace, "workspace")), q);
    }

    @POST
    @Operation(
            operationId = "createPromptSet",
            summary = "Make a prompt set",
            description = "With its first version: `examples` as they are, or `generate` by a recipe.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = NewSet.class),
                            examples = {
                                @ExampleObject(name = "Examples of one's own", value = """
                                                    {"workspace": "Demo", "name": "Two capitals", "note": "first try",
                                                     "examples": [{"prompt": "The capital of France is", "answer": " Paris",
                                                                   "foil": " Rome", "corrupted": "The capital of Italy is",
                                                                   "positions": {"subject": [15, 21]}}]}
                                                    """),
                                @ExampleObject(name = "Generated", value = """
                                                    {"workspace": "Demo", "name": "IOI", "note": "",
                                                     "generate": {"model": "demo", "generator": "ioi", "count": 32, "seed": 7,
                                                                  "templates": ["ioi/1", "ioi/2"]}}
                                                    """)
                            }))
    @APIResponse(
            responseCode = "201",
            description = "Made.",
            content = @Content(schema = @Schema(implementation = VersionDetails.class)))
    public RestResponse<VersionDetails> create(@Nullable NewSet body, UriInfo uri) {
        Actor actor = current.actor();
        NewSet asked = required(body, "body");
        long workspace = workspaces.resolve(actor, asked.workspace());
        String name = required(asked.name(), "name");
        String note = asked.note() == null ? "" : asked.note();
        VersionDetails made;
        if (asked.generate() != null) {
            requireOne(asked.examples());
            Generated generated = generated(asked.generate());
            made = sets.create(actor, workspace, name, note, generated.examples(), generated.origin());
        } else {
            made = sets.create(actor, workspace, name, note, examples(asked.examples()), null);
        }
        return Created.below(uri, made.promptSet(), made);
    }

    @GET
    @Path("generators")
    @Operation(operationId = "listGenerators", summary = "List the generators", description = "With their templates.")
    public List<Generator> generators() {
        return PromptGenerator.all().stream()
                .map(each -> new Generator(
                        each.name(),
                        each.version(),
                        each.label(),
                        each.help(),
                        each.hasCounterparts(),
                        each.templates()))
                .toList();
    }

    @POST
    @Path("generate")
    @Operation(
            operationId = "generateExamples",
            summary = "Generate examples",
            description =
                    "Nothing is saved. The same recipe with the same model gives the same examples, to the letter.")
    @RequestBody(
            content = @Content(schema = @Schema(implementation = Recipe.class), examples = @ExampleObject(value = """
                                                    {"model": "demo", "generator": "capitals", "count": 12, "seed": 1}
                                                    """)))
    public Generated generate(@Nullable Recipe body) {
        return generated(required(body, "body"));
    }

    @POST
    @Path("import")
    @Operation(
            operationId = "importPromptSet",
            summary = "Import examples from CSV, JSON Lines or JSON",
            description =
                    "Every wrong row is answered with its line, its column and what was expected. Only a file without"
                            + " wrong rows is saved; `dryRun` never saves. CSV needs a first line with the columns' names.")
    @RequestBody(
            content = @Content(schema = @Schema(implementation = Import.class), examples = @ExampleObject(value = """
                                                    {"workspace": "Demo", "name": "Imported", "dryRun": true, "format": "csv",
                                                     "content": "prompt,answer,foil\\nThe capital of France is, Paris, Rome\\n"}
                                                    """)))
    public Imported importExamples(@Nullable Import body) {
        Actor actor = current.actor();
        Import asked = required(body, "body");
        ExamplesImport.Read read = ExamplesImport.read(
                required(asked.content(), "content"),
                asked.format() == null ? null : ExamplesImport.Format.of(asked.format()));
        VersionDetails saved = null;
        boolean dry = asked.dryRun() != null && asked.dryRun();
        if (!dry && read.problems().isEmpty()) {
            String note = asked.note() == null ? "Imported" : asked.note();
            saved = asked.into() != null
                    ? sets.save(actor, asked.into(), null, note, read.examples(), null)
                    : sets.create(
                            actor,
                            workspaces.resolve(actor, asked.workspace()),
                            required(asked.name(), "name"),
                            note,
                            read.examples(),
                            null);
        }
        return new Imported(
                read.format().name().toLowerCase(java.util.Locale.ROOT),
                read.examples().size(),
                read.examples(),
                read.problems(),
                saved);
    }

    @GET
    @Path("{id}")
    @Operation(operationId = "getPromptSet", summary = "Get a prompt set")
    public PromptSetDetails get(@PathParam("id") long id) {
        return sets.get(current.actor(), id);
    }

    @PATCH
    @Path("{id}")
    @Operation(operationId = "renamePromptSet", summary = "Rename a prompt set")
    public PromptSetDetails rename(@PathParam("id") long id, @Nullable Name body) {
        return sets.rename(current.actor(), id, required(required(body, "body").name(), "name"));
    }

    @DELETE
    @Path("{id}")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            operationId = "deletePromptSet",
            summary = "Delete a prompt set with all its versions",
            description = "409 while a run or a hypothesis refers to it.")
    public void delete(@PathParam("id") long id) {
        sets.delete(current.actor(), id);
    }

    @GET
    @Path("{id}/versions")
    @Operation(
            operationId = "listPromptSetVersions",
            summary = "List versions",
            description = "Newest first, no examples.")
    public List<VersionDetails> versions(@PathParam("id") long id) {
        return sets.versions(current.actor(), id);
    }

    @POST
    @Path("{id}/versions")
    @Operation(
            operationId = "savePromptSet",
            summary = "Save a new version",
            description =
                    "409 if the examples are those of the newest version, or if `basedOn` isn't the newest any more.")
    @APIResponse(
            responseCode = "201",
            description = "Saved.",
            content = @Content(schema = @Schema(implementation = VersionDetails.class)))
    public RestResponse<VersionDetails> save(@PathParam("id") long id, @Nullable NewVersion body, UriInfo uri) {
        Actor actor = current.actor();
        NewVersion asked = required(body, "body");
        String note = asked.note() == null ? "" : asked.note();
        VersionDetails saved;
        if (asked.generate() != null) {
            requireOne(asked.examples());
            Generated generated = generated(asked.generate());
            saved = sets.save(actor, id, asked.basedOn(), note, generated.examples(), generated.origin());
        } else {
            saved = sets.save(actor, id, asked.basedOn(), note, examples(asked.examples()), null);
        }
        return Created.below(uri, saved.version(), saved);
    }

    @GET
    @Path("{id}/versions/{version}")
    @Operation(operationId = "getPromptSetVersion", summary = "Get a version with its examples")
    public VersionDetails version(@PathParam("id") long id, @PathParam("version") int version) {
        return sets.version(current.actor(), id, version);
    }

    @GET
    @Path("{id}/diff")
    @Operation(operationId = "diffPromptSet", summary = "Compare two versions")
    public VersionDiff diff(
            @PathParam("id") long id,
            @Nullable @QueryParam("from") Integer from,
            @Nullable @QueryParam("to") Integer to) {
        return sets.diff(current.actor(), id, required(from, "from"), required(to, "to"));
    }

    @GET
    @Path("{id}/versions/{version}/preflight")
    @Operation(
            operationId = "preflightPromptSet",
            summary = "Look at a version with a model's tokenizer",
            description =
                    "Per example: whether answer and foil are one token each, whether clean and corrupted align, what is"
                            + " doubled, and the example as it would be right. For the model's log-probabilities submit a run of"
                            + " kind `preflight`.")
    public Checked preflight(
            @PathParam("id") long id,
            @PathParam("version") int version,
            @Nullable @QueryParam("model") String model,
            @Nullable @QueryParam("bos") @Parameter(description = "default, always or never") String bos) {
        List<Preflight.Check> checks = sets.preflight(
                current.actor(),
                id,
                version,
                required(model, "model"),
                bos == null ? BosPolicy.DEFAULT : BosPolicy.of(bos));
        return new Checked(
                checks.size(),
                (int) checks.stream().filter(Preflight.Check::isSound).count(),
                checks);
    }

    @POST
    @Path("{id}/unseen")
    @Operation(
            operationId = "unseenExamples",
            summary = "Generate examples that the set doesn't have",
            description =
                    "By the set's own recipe, with other templates and words where there are any left. Nothing is saved.")
    public Generated unseen(@PathParam("id") long id, @Nullable Unseen body) {
        Unseen asked = required(body, "body");
        return sets.unseen(
                current.actor(),
                id,
                asked.version(),
                required(asked.model(), "model"),
                asked.count() == null ? 16 : asked.count(),
                asked.seed() == null ? 0 : asked.seed());
    }

    @GET
    @Path("{id}/versions/{version}/export.csv")
    @Produces({"text/csv", "application/problem+json"})
    @Operation(operationId = "exportPromptSetAsCsv", summary = "A version as CSV (RFC 4180)")
    public Response csv(@PathParam("id") long id, @PathParam("version") int version) {
        VersionDetails found = sets.version(current.actor(), id, version);
        return file(found, ExamplesExport.csv(found.list()), "text/csv;charset=UTF-8", "csv");
    }

    @GET
    @Path("{id}/versions/{version}/export.jsonl")
    @Produces({"application/jsonl", "application/problem+json"})
    @Operation(operationId = "exportPromptSetAsJsonLines", summary = "A version as JSON Lines")
    public Response jsonLines(@PathParam("id") long id, @PathParam("version") int version) {
        VersionDetails found = sets.version(current.actor(), id, version);
        return file(found, ExamplesExport.jsonLines(found.list()), "application/jsonl;charset=UTF-8", "jsonl");
    }

    private static Response file(VersionDetails version, String text, String mediaType, String ending) {
        return Response.ok(text, mediaType)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"prompt-set-" + version.promptSet() + "-v" + version.version() + "."
                                + ending + "\"")
                .build();
    }

    private Generated generated(Recipe recipe) {
        return sets.generate(required(recipe.model(), "model"), recipe.recipe());
    }

    private static List<PromptExample> examples(@Nullable List<PromptExample> given) {
        List<PromptExample> examples = new ArrayList<>();
        for (PromptExample each : required(given, "examples (or generate)")) {
            examples.add(required(each, "an example"));
        }
        return examples;
    }

    private static void requireOne(@Nullable List<PromptExample> examples) {
        if (examples != null) {
            throw new InvalidInput("examples and generate are both given; give one of them.");
        }
    }
}
