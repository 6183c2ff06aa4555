package dev.unembed.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.account.Actor;
import dev.unembed.base.Conflict;
import dev.unembed.base.Database;
import dev.unembed.base.NotFound;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.experiment.Experiment;
import dev.unembed.engine.experiment.Field;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelRegistry;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.persistence.PersistenceException;
import jakarta.transaction.Transactional;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/**
 * Everything a user can do with runs; the transaction boundary.
 *
 * <p>Every method checks membership: VIEWER reads, EDITOR writes. A run of a workspace that the actor isn't a member of
 * answers with the same words as one that doesn't exist.
 */
@ApplicationScoped
public class RunService {
    /** @param existing true when an identical run was there already and nothing new was queued */
    public record Submission(RunDetails run, boolean existing) {}

    public record RunPage(List<RunDetails> runs, @Nullable String next) {}

    /** @param blob gzip of a safetensors file @param etag its SHA-256 */
    public record StoredResult(byte[] blob, String etag) {}

    public static final int MAX_PAGE = 200;
    public static final int MAX_TITLE_CHARACTERS = 200;
    public static final int MAX_TAGS = 20;
    public static final int MAX_TAG_CHARACTERS = 50;
    private static final int TITLE_FROM_PROMPT_CHARACTERS = 80;

    private final Runs runs;
    private final RunQueue queue;
    private final RunResults results;
    private final Workers workers;
    private final WorkspaceService workspaces;
    private final ModelRegistry models;
    private final ExperimentCatalogue experiments;
    private final ParamsReader paramsReader;
    private final List<ParamsResolver> resolvers;
    private final ChangeFeed changes;
    private final Clock clock;
    private final String engineVersion;

    RunService(
            Runs runs,
            RunQueue queue,
            RunResults results,
            Workers workers,
            WorkspaceService workspaces,
            ModelRegistry models,
            ExperimentCatalogue experiments,
            ParamsReader paramsReader,
            @All List<ParamsResolver> resolvers,
            ChangeFeed changes,
            Clock clock,
            @ConfigProperty(name = "quarkus.application.version") String engineVersion) {
        this.runs = runs;
        this.queue = queue;
        this.results = results;
        this.workers = workers;
        this.workspaces = workspaces;
        this.models = models;
        this.experiments = experiments;
        this.paramsReader = paramsReader;
        this.resolvers = resolvers;
        this.changes = changes;
        this.clock = clock;
        this.engineVersion = engineVersion;
    }

    /** Queues a run, unless an identical one of the workspace has a result or is on its way to one. */
    @Transactional
    public Submission submit(Actor actor, RunRequest request) {
        workspaces.require(actor, request.workspaceId(), Role.EDITOR);
        if (request.priority() < -100 || request.priority() > 100) {
            throw new InvalidInput("priority is " + request.priority() + "; expected -100 to 100, 0 for the usual.");
        }
        List<String> tags = checkedTags(request.tags());
        ModelDetails model = model(request.model());
        return submit(actor, request, tags, model, experiments.byKind(request.kind()));
    }

    /**
     * Bytes of memory that a run would take beside its model, at its peak and estimated: what a worker decides by.
     *
     * @throws InvalidInput where it couldn't be submitted
     */
    @Transactional
    public long memoryBytes(Actor actor, RunRequest request) {
        workspaces.require(actor, request.workspaceId(), Role.VIEWER);
        return memoryBytes(actor, request, experiments.byKind(request.kind()));
    }

    private <P extends Record> long memoryBytes(Actor actor, RunRequest request, Experiment<P, ?> experiment) {
        P params = paramsReader.read(experiment, resolved(actor, request, experiment.paramsType()));
        ModelFolder folder = models.folder(request.model());
        experiment.validate(params, folder);
        return experiment.memoryBytes(params, folder);
    }

    private <P extends Record> Submission submit(
            Actor actor, RunRequest request, List<String> tags, ModelDetails model, Experiment<P, ?> experiment) {
        P params = paramsReader.read(experiment, resolved(actor, request, experiment.paramsType()));
        ModelFolder folder = models.folder(model.name());
        experiment.validate(params, folder);
        ObjectNode canonical = paramsReader.canonical(params);
        String hash = sha256(String.join(
                "\n",
                experiment.kind(),
                canonical.toString(),
                model.digest(),
                engineVersion,
                Long.toString(request.seed())));
        if (!request.fresh()) {
            Optional<RunDetails> identical = runs.identical(request.workspaceId(), hash);
            if (identical.isPresent()) {
                return new Submission(identical.get(), true);
            }
        }
        String prompt = promptOf(experiment.paramsType(), canonical);
        // what PostgreSQL keeps of it, so that the queue and the run agree on the order
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Run run = new Run();
        run.workspaceId = request.workspaceId();
        run.authorId = actor.id();
        run.kind = experiment.kind();
        run.modelId = model.id();
        run.modelDigest = model.digest();
        run.title = title(request.title(), prompt, experiment.kind());
        run.tags = tags;
        run.prompt = prompt;
        run.params = canonical;
        run.paramsHash = hash;
        run.seed = request.seed();
        run.engineVersion = engineVersion;
        run.priority = request.priority();
        run.createdAt = now;
        runs.persist(run);
        queue.add(run.kind, run.id, run.priority, now);
        changes.announce(new Change(Change.RUN, run.id));
        changes.announce(new Change(Change.QUEUE, run.id));
        return new Submission(known(run.id), false);
    }

    private ObjectNode resolved(Actor actor, RunRequest request, Class<? extends Record> type) {
        List<String> names = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        ObjectNode params = request.params();
        if (names.containsAll(List.of("examples", "promptSet"))) {
            for (ParamsResolver resolver : resolvers) {
                params = resolver.resolve(actor, request.workspaceId(), params);
            }
        }
        return params;
    }

    /** One page; a workspace that the actor isn't a member of is NotFound. */
    @Transactional
    public RunPage list(Actor actor, RunFilter filter) {
        if (filter.limit() < 1 || filter.limit() > MAX_PAGE) {
            throw new InvalidInput("limit is " + filter.limit() + "; expected 1 to " + MAX_PAGE + ".");
        }
        requireReadable(actor, filter);
        Runs.Page page = runs.page(filter, actor.id());
        return new RunPage(page.runs(), page.next());
    }

    /** How many runs the filter lets through, on all pages. */
    @Transactional
    public long count(Actor actor, RunFilter filter) {
        requireReadable(actor, filter);
        return runs.count(filter, actor.id());
    }

    @Transactional
    public RunDetails get(Actor actor, long runId) {
        return readable(actor, runId);
    }

    /**
     * Finished runs that tell the effects where this one tells the votes, or the other way round: of the same model, about
     * the same prompts, in the same workspace, newest first.
     */
    @Transactional
    public List<RunDetails> counterparts(Actor actor, long runId) {
        RunDetails run = readable(actor, runId);
        List<String> kinds = Counterparts.kinds(run);
        return kinds.isEmpty()
                ? List.of()
                : runs.aboutTheSamePrompts(runId, kinds).stream()
                        .filter(Counterparts.hasVotes(run) ? Counterparts::hasEffects : Counterparts::hasVotes)
                        .toList();
    }

    /** A queued run is CANCELLED at once; a running one when its worker sees it, within a second. */
    @Transactional
    public RunDetails cancel(Actor actor, long runId) {
        Run run = writable(actor, runId);
        switch (run.status) {
            case QUEUED -> {
                run.cancelRequested = true;
                if (queue.remove(run.kind, runId)) {
                    end(run);
                }
            }
            case RUNNING -> {
                run.cancelRequested = true;
                if (run.worker == null || !workers.isAlive(run.worker)) {
                    // nobody is there to hear of it; whoever takes the task over finds the run ended
                    end(run);
                }
            }
            case CANCELLED -> {
                return known(runId);
            }
            case SUCCEEDED, FAILED -> throw new Conflict("Run " + runId + " has ended already: " + run.status + ".");
        }
        changes.announce(new Change(Change.RUN, runId));
        return known(runId);
    }

    private void end(Run cancelled) {
        cancelled.status = RunStatus.CANCELLED;
        cancelled.finishedAt = clock.instant();
    }

    /** A new run with the same parameters, always computed; also the retry of a failed one. */
    @Transactional
    public RunDetails repeat(Actor actor, long runId) {
        RunDetails run = readable(actor, runId);
        return submit(
                        actor,
                        new RunRequest(
                                run.workspaceId(),
                                run.kind(),
                                run.model(),
                                run.title(),
                                run.tags(),
                                run.priority(),
                                run.params(),
                                run.seed(),
                                true))
                .run();
    }

    /**
     * Puts a run that was stopped before its end back where it waited: it goes on from its checkpoint, to the same numbers as
     * if it had never been stopped.
     *
     * @throws Conflict when there is nothing to go on from, saying why
     */
    @Transactional
    public RunDetails resume(Actor actor, long runId) {
        Run run = writable(actor, runId);
        requireResumable(known(runId));
        run.status = RunStatus.QUEUED;
        run.cancelRequested = false;
        run.done = 0;
        run.total = 0;
        run.deaths = 0;
        run.worker = null;
        run.failureKind = null;
        run.failureText = null;
        run.startedAt = null;
        run.finishedAt = null;
        queue.addAgain(run.kind, runId, run.priority, run.createdAt);
        changes.announce(new Change(Change.RUN, runId));
        changes.announce(new Change(Change.QUEUE, runId));
        return known(runId);
    }

    private void requireResumable(RunDetails run) {
        String reason = switch (run.status()) {
            case SUCCEEDED -> "it has its result.";
            case QUEUED -> "it is waiting for a worker.";
            case RUNNING -> run.cancelRequested() ? "it is still being cancelled." : "it is being computed.";
            case CANCELLED, FAILED -> {
                if (!run.resumable()) {
                    yield "nothing of it was kept. Repeat it.";
                }
                // one result, one engine
                yield run.engineVersion().equals(engineVersion)
                        ? null
                        : "engine " + run.engineVersion() + " began it, and this is " + engineVersion + ". Repeat it.";
            }
        };
        if (reason != null) {
            throw new Conflict("Run " + run.id() + " can't be resumed: " + reason);
        }
    }

    /** Null leaves a title or the tags as they are; a blank title is made from the prompt again. */
    @Transactional
    public RunDetails edit(Actor actor, long runId, @Nullable String title, @Nullable List<String> tags) {
        Run run = writable(actor, runId);
        if (title != null) {
            run.title = title(title, run.prompt, run.kind);
        }
        if (tags != null) {
            run.tags = checkedTags(tags);
        }
        changes.announce(new Change(Change.RUN, runId));
        return known(runId);
    }

    /** With its result, for ever. A running one must be cancelled first; one that is evidence stays. */
    @Transactional
    public void delete(Actor actor, long runId) {
        Run run = writable(actor, runId);
        if (run.status == RunStatus.RUNNING || run.status == RunStatus.QUEUED && !queue.remove(run.kind, runId)) {
            throw new Conflict("Run " + runId + " is being computed. Cancel it first, then delete it.");
        }
        runs.delete(run);
        try {
            runs.flush();
        } catch (PersistenceException e) {
            if (e instanceof ConstraintViolationException || e.getCause() instanceof ConstraintViolationException) {
                throw new Conflict(
                        "Run " + runId + " is the evidence of a hypothesis. Delete that first, then the run.");
            }
            throw e;
        }
        changes.announce(new Change(Change.RUN, runId));
    }

    /** @throws Conflict when there is none, saying why */
    @Transactional
    public StoredResult result(Actor actor, long runId) {
        requireResult(readable(actor, runId));
        return results.find("select blob, etag from RunResult where runId = ?1", runId)
                .project(StoredResult.class)
                .singleResult();
    }

    /** The result's ETag without the result: what a conditional request is answered from. */
    @Transactional
    public String resultTag(Actor actor, long runId) {
        requireResult(readable(actor, runId));
        return results.find("select etag from RunResult where runId = ?1", runId)
                .project(String.class)
                .singleResult();
    }

    /** Distinct tags of a workspace, for filters. */
    @Transactional
    public List<String> tags(Actor actor, long workspaceId) {
        workspaces.require(actor, workspaceId, Role.VIEWER);
        return runs.tags(workspaceId);
    }

    /** User names of those who submitted runs of a workspace, for filters. */
    @Transactional
    public List<String> authors(Actor actor, long workspaceId) {
        workspaces.require(actor, workspaceId, Role.VIEWER);
        return runs.authors(workspaceId);
    }

    private void requireReadable(Actor actor, RunFilter filter) {
        if (filter.workspaceId() != null) {
            workspaces.require(actor, filter.workspaceId(), Role.VIEWER);
        }
    }

    private RunDetails readable(Actor actor, long runId) {
        RunDetails run = runs.details(runId).orElseThrow(() -> unknown(runId));
        requireRole(actor, run.workspaceId(), runId, Role.VIEWER);
        return run;
    }

    /** Locked until the transaction ends. */
    private Run writable(Actor actor, long runId) {
        // membership first: a stranger must not be able to hold a lock
        readable(actor, runId);
        Run run = runs.findByIdOptional(runId, LockModeType.PESSIMISTIC_WRITE).orElseThrow(() -> unknown(runId));
        requireRole(actor, run.workspaceId, runId, Role.EDITOR);
        return run;
    }

    private void requireRole(Actor actor, long workspaceId, long runId, Role minimum) {
        try {
            workspaces.require(actor, workspaceId, minimum);
        } catch (NotFound e) {
            throw unknown(runId);
        }
    }

    private RunDetails known(long runId) {
        runs.flush(); // what changed here, before SQL reads it
        return runs.details(runId).orElseThrow();
    }

    private ModelDetails model(String name) {
        try {
            return models.get(name);
        } catch (NotFound e) {
            // the thing asked for is a run; its model is a field of the request
            throw new InvalidInput(String.valueOf(e.getMessage()));
        }
    }

    private static void requireResult(RunDetails run) {
        String reason = switch (run.status()) {
            case SUCCEEDED -> null;
            case QUEUED -> "it is waiting for a worker.";
            case RUNNING -> "it is being computed.";
            case CANCELLED -> "it was cancelled.";
            case FAILED ->
                "it failed. " + (run.failure() == null ? "" : run.failure().text());
        };
        if (reason != null) {
            throw new Conflict("Run " + run.id() + " has no result: " + reason);
        }
    }

    private static NotFound unknown(long runId) {
        return new NotFound("No run " + runId + ".");
    }

    private static List<String> checkedTags(List<String> tags) {
        List<String> checked = tags.stream()
                .map(String::strip)
                .filter(tag -> !tag.isEmpty())
                .distinct()
                .toList();
        if (checked.size() > MAX_TAGS) {
            throw new InvalidInput("There are " + checked.size() + " tags; a run takes at most " + MAX_TAGS + ".");
        }
        for (String tag : checked) {
            if (tag.length() > MAX_TAG_CHARACTERS || tag.chars().anyMatch(Character::isISOControl)) {
                throw new InvalidInput("A tag has 1 to " + MAX_TAG_CHARACTERS + " characters and no line breaks, not '"
                        + shortened(tag, MAX_TAG_CHARACTERS) + "'.");
            }
        }
        return checked;
    }

    private static String title(@Nullable String asked, String prompt, String kind) {
        if (asked != null && !asked.isBlank()) {
            String title = Database.storable(asked.strip());
            if (title.length() > MAX_TITLE_CHARACTERS) {
                throw new InvalidInput("The title has " + title.length() + " characters; at most "
                        + MAX_TITLE_CHARACTERS + " are taken.");
            }
            return title;
        }
        String line = prompt.strip().lines().findFirst().orElse("").strip();
        return line.isEmpty() ? kind : shortened(line, TITLE_FROM_PROMPT_CHARACTERS);
    }

    /** What the model reads, for people: the parameter marked as prompt, else the ids given instead. */
    private static String promptOf(Class<? extends Record> type, ObjectNode params) {
        for (RecordComponent component : type.getRecordComponents()) {
            Field field = component.getAnnotation(Field.class);
            if (field != null
                    && field.input() == Field.Input.PROMPT
                    && params.path(component.getName()).isTextual()) {
                return params.get(component.getName()).textValue();
            }
        }
        if (params.path("tokens").isArray()) {
            return params.get("tokens")
                    .valueStream()
                    .map(id -> "#" + id.asText())
                    .collect(Collectors.joining(" "));
        }
        return examples(params.path("examples"));
    }

    /** The first prompt, and how many follow it. */
    private static String examples(JsonNode examples) {
        String first = examples.path(0).path("prompt").asText("");
        return examples.size() < 2 ? first : first + " (and " + (examples.size() - 1) + " more)";
    }

    private static String shortened(String text, int characters) {
        if (text.length() <= characters) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(characters - 2)) ? characters - 2 : characters - 1;
        return text.substring(0, end) + "…";
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
