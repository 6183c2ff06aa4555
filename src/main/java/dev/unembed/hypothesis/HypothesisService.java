package dev.unembed.hypothesis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.account.Actor;
import dev.unembed.base.Conflict;
import dev.unembed.base.Database;
import dev.unembed.base.NotFound;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.circuit.Universe;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.hypothesis.HypothesisDetails.Version;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelRegistry;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunRequest;
import dev.unembed.run.RunService;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything a user can do with hypotheses; the transaction boundary.
 *
 * <p>Every method checks membership: VIEWER reads, EDITOR writes. A hypothesis of a workspace that the actor isn't a member of
 * answers with the same words as one that doesn't exist.
 */
@ApplicationScoped
public class HypothesisService {
    /** @param first what version 1 says */
    public record NewHypothesis(long workspaceId, @Nullable String title, String model, VersionChange first) {}

    /** @param next where the next page begins, null on the last */
    public record Page(
            List<HypothesisDetails> hypotheses, @Nullable Long next) {}

    public static final int MAX_PAGE = 200;
    public static final int MAX_TITLE_CHARACTERS = 200;
    private static final int MAX_NOTE_CHARACTERS = 2_000;
    private static final int TITLE_FROM_CLAIM_CHARACTERS = 80;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Hypotheses hypotheses;
    private final HypothesisVersions versions;
    private final VersionTests tests;
    private final VersionReader reader;
    private final RunService runs;
    private final WorkspaceService workspaces;
    private final ModelRegistry models;
    private final ChangeFeed changes;
    private final Clock clock;

    HypothesisService(
            Hypotheses hypotheses,
            HypothesisVersions versions,
            VersionTests tests,
            VersionReader reader,
            RunService runs,
            WorkspaceService workspaces,
            ModelRegistry models,
            ChangeFeed changes,
            Clock clock) {
        this.hypotheses = hypotheses;
        this.versions = versions;
        this.tests = tests;
        this.reader = reader;
        this.runs = runs;
        this.workspaces = workspaces;
        this.models = models;
        this.changes = changes;
        this.clock = clock;
    }

    /** With version 1, a draft. */
    @Transactional
    public HypothesisDetails create(Actor actor, NewHypothesis asked) {
        workspaces.require(actor, asked.workspaceId(), Role.EDITOR);
        VersionContent content = reader.read(actor, asked.workspaceId(), asked.model(), asked.first(), null);
        Hypothesis hypothesis = new Hypothesis();
        hypothesis.workspaceId = asked.workspaceId();
        hypothesis.authorId = actor.id();
        hypothesis.model = content.model();
        hypothesis.title = title(asked.title(), content.claim());
        hypothesis.createdAt = now();
        hypotheses.persist(hypothesis);
        addVersion(actor, hypothesis.id, 1, content, asked.first().note());
        return known(hypothesis.id);
    }

    /** A workspace that the actor isn't a member of is NotFound. */
    @Transactional
    public Page list(Actor actor, HypothesisFilter filter) {
        if (filter.limit() < 1 || filter.limit() > MAX_PAGE) {
            throw new InvalidInput("limit is " + filter.limit() + "; expected 1 to " + MAX_PAGE + ".");
        }
        requireReadable(actor, filter);
        HypothesisFilter oneMore = new HypothesisFilter(
                filter.workspaceId(), filter.model(), filter.state(), filter.q(), filter.limit() + 1, filter.before());
        List<HypothesisDetails> found = hypotheses.page(oneMore, actor.id());
        boolean more = found.size() > filter.limit();
        List<HypothesisDetails> shown = more ? found.subList(0, filter.limit()) : found;
        return new Page(List.copyOf(shown), more ? shown.getLast().id() : null);
    }

    /** How many hypotheses the filter lets through, on all pages. */
    @Transactional
    public long count(Actor actor, HypothesisFilter filter) {
        requireReadable(actor, filter);
        return hypotheses.count(filter, actor.id());
    }

    @Transactional
    public HypothesisDetails get(Actor actor, long id) {
        return readable(actor, id);
    }

    /** A blank title is made from the claim again. */
    @Transactional
    public HypothesisDetails rename(Actor actor, long id, String title) {
        HypothesisDetails before = readable(actor, id);
        writable(actor, id).title = title(title, before.claim());
        announce(id);
        return known(id);
    }

    /** With its versions. The runs that tested it stay. */
    @Transactional
    public void delete(Actor actor, long id) {
        hypotheses.delete(writable(actor, id));
        announce(id);
    }

    /** Newest first. */
    @Transactional
    public List<Version> versions(Actor actor, long id) {
        readable(actor, id);
        return hypotheses.versions(id);
    }

    @Transactional
    public Version version(Actor actor, long id, int number) {
        readable(actor, id);
        return knownVersion(id, number);
    }

    /** A new version, untested; what the change leaves out is as in the newest one before, or in the one named. */
    @Transactional
    public Version revise(Actor actor, long id, VersionChange change, @Nullable Integer from) {
        Hypothesis hypothesis = writable(actor, id);
        int newest = versions.newest(id);
        VersionContent base = knownVersion(id, from == null ? newest : from).content();
        VersionContent content = reader.read(actor, hypothesis.workspaceId, hypothesis.model, change, base);
        addVersion(actor, id, newest + 1, content, change.note());
        return knownVersion(id, newest + 1);
    }

    /** Puts hash, time and person on record. A version that is frozen already stays as it is. */
    @Transactional
    public Version freeze(Actor actor, long id, int number) {
        writable(actor, id);
        Version version = knownVersion(id, number);
        requireSameModel(version);
        if (versions.freeze(id, number, version.content().hash(), actor.id(), now())) {
            announce(id);
        }
        return knownVersion(id, number);
    }

    /**
     * Submits the test of a frozen version, with everything of it in the run's parameters and the held-out prompts made now.
     *
     * @throws Conflict for a draft, or while a test is under way
     */
    @Transactional
    public RunDetails test(Actor actor, long id, int number) {
        Hypothesis hypothesis = writable(actor, id);
        Version version = knownVersion(id, number);
        if (version.frozen() == null) {
            throw new Conflict(
                    "Version " + number + " isn't frozen. Freeze it first: what is tested must be fixed before.");
        }
        long versionId = versions.id(id, number);
        if (versions.isUnderWay(versionId)) {
            throw new Conflict("Version " + number + " is being tested already. Wait for the test, or cancel it.");
        }
        requireSameModel(version);
        VersionContent content = version.content();
        List<PromptExample> heldOut = reader.heldOut(
                actor, hypothesis.workspaceId, content, version.frozen().hash());
        RunDetails run = runs.submit(
                        actor,
                        new RunRequest(
                                hypothesis.workspaceId,
                                TestParams.KIND,
                                content.model(),
                                shortened(hypothesis.title, MAX_TITLE_CHARACTERS - 20) + " · version " + number,
                                List.of(),
                                0,
                                TestParams.of(content, heldOut),
                                content.seed(),
                                true))
                .run();
        tests.persist(new VersionTest(run.id(), versionId, now()));
        tests.flush();
        announce(id);
        return run;
    }

    /** The runs that tested a version, newest first. */
    @Transactional
    public List<RunDetails> tests(Actor actor, long id, int number) {
        readable(actor, id);
        knownVersion(id, number);
        return versions.tests(versions.id(id, number)).stream()
                .map(run -> runs.get(actor, run))
                .toList();
    }

    /** Two versions side by side. */
    @Transactional
    public Comparison compare(Actor actor, long id, int from, int to) {
        readable(actor, id);
        return Comparison.of(knownVersion(id, from), knownVersion(id, to));
    }

    /** Prompt sets that a version can name. */
    @Transactional
    public List<PromptSource.Choice> promptSets(Actor actor, long workspaceId) {
        workspaces.require(actor, workspaceId, Role.VIEWER);
        return reader.promptSets(actor, workspaceId);
    }

    /**
     * A circuit as typed, read and checked against a model before anything is saved.
     *
     * @param universe of the protocol
     * @throws InvalidInput saying what can't be
     */
    public CircuitText.Typed typed(String circuit, ModelDetails model, Universe.Members universe) {
        return VersionReader.typed(circuit, model, universe);
    }

    private void addVersion(Actor actor, long id, int number, VersionContent content, @Nullable String note) {
        HypothesisVersion version = new HypothesisVersion();
        version.hypothesisId = id;
        version.number = number;
        version.authorId = actor.id();
        version.content = tree(content);
        version.note = note(note);
        version.createdAt = now();
        versions.persist(version);
        versions.flush();
        announce(id);
    }

    /** What was frozen, or is about to be, names the bytes of a model: the name alone could mean others by now. */
    private void requireSameModel(Version version) {
        VersionContent content = version.content();
        String digest;
        try {
            digest = models.get(content.model()).digest();
        } catch (NotFound gone) {
            throw new Conflict(
                    "Model '" + content.model() + "' is no longer registered. Ask an administrator to add it.");
        }
        if (!digest.equals(content.modelDigest())) {
            throw new Conflict("Model '" + content.model() + "' isn't the one version " + version.number()
                    + " was made for: its SHA-256 is " + digest.substring(0, 12) + "…, the version's "
                    + content.modelDigest().substring(0, 12) + "…. Save a new version to claim it of this one.");
        }
    }

    private void requireReadable(Actor actor, HypothesisFilter filter) {
        if (filter.workspaceId() != null) {
            workspaces.require(actor, filter.workspaceId(), Role.VIEWER);
        }
    }

    private HypothesisDetails readable(Actor actor, long id) {
        HypothesisDetails found = hypotheses.details(id).orElseThrow(() -> unknown(id));
        requireRole(actor, found.workspaceId(), id, Role.VIEWER);
        return found;
    }

    /** Locked until the transaction ends. */
    private Hypothesis writable(Actor actor, long id) {
        // membership first: a stranger must not be able to hold a lock
        readable(actor, id);
        Hypothesis hypothesis =
                hypotheses.findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE).orElseThrow(() -> unknown(id));
        requireRole(actor, hypothesis.workspaceId, id, Role.EDITOR);
        return hypothesis;
    }

    private void requireRole(Actor actor, long workspaceId, long id, Role minimum) {
        try {
            workspaces.require(actor, workspaceId, minimum);
        } catch (NotFound e) {
            throw unknown(id);
        }
    }

    private HypothesisDetails known(long id) {
        hypotheses.flush(); // what changed here, before SQL reads it
        return hypotheses.details(id).orElseThrow();
    }

    private Version knownVersion(long id, int number) {
        return hypotheses
                .version(id, number)
                .orElseThrow(() -> new NotFound("Hypothesis " + id + " has no version " + number + "; it has 1 to "
                        + versions.newest(id) + "."));
    }

    private void announce(long id) {
        changes.announce(new Change(Change.HYPOTHESIS, id));
    }

    /** What PostgreSQL keeps of it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static NotFound unknown(long id) {
        return new NotFound("No hypothesis " + id + ".");
    }

    private static ObjectNode tree(VersionContent content) {
        try {
            return (ObjectNode) JSON.readTree(content.canonical());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a canonical form can't be read", e);
        }
    }

    private static String title(@Nullable String asked, String claim) {
        if (asked == null || asked.isBlank()) {
            return shortened(claim.lines().findFirst().orElse(claim).strip(), TITLE_FROM_CLAIM_CHARACTERS);
        }
        String title = Database.storable(asked.strip());
        if (title.length() > MAX_TITLE_CHARACTERS) {
            throw new InvalidInput(
                    "The title has " + title.length() + " characters; at most " + MAX_TITLE_CHARACTERS + " are taken.");
        }
        return title;
    }

    private static String note(@Nullable String asked) {
        String note = Database.storable(Objects.requireNonNullElse(asked, "").strip());
        if (note.length() > MAX_NOTE_CHARACTERS) {
            throw new InvalidInput(
                    "The note has " + note.length() + " characters; at most " + MAX_NOTE_CHARACTERS + " are taken.");
        }
        return note;
    }

    private static String shortened(String text, int characters) {
        if (text.length() <= characters) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(characters - 2)) ? characters - 2 : characters - 1;
        return text.substring(0, end) + "…";
    }
}
