package dev.unembed.promptset;

import dev.unembed.account.Actor;
import dev.unembed.base.Conflict;
import dev.unembed.base.Database;
import dev.unembed.base.NotFound;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.prompt.Preflight;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptRecipe;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelRegistry;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a user can do with prompt sets; the transaction boundary.
 *
 * <p>Every method checks membership: VIEWER reads, EDITOR writes. A set of a workspace that the actor isn't a member of
 * answers with the same words as one that doesn't exist.
 */
@ApplicationScoped
public class PromptSetService {
    /** Examples made and not yet saved. */
    public record Generated(Origin origin, List<PromptExample> examples) {}

    public static final int MAX_NAME_CHARACTERS = 100;
    public static final int MAX_NOTE_CHARACTERS = 500;
    public static final int MAX_EXAMPLES = 2000;

    private final PromptSets sets;
    private final PromptSetVersions versions;
    private final WorkspaceService workspaces;
    private final ModelRegistry models;
    private final List<PromptSetUse> uses;
    private final ChangeFeed changes;
    private final Clock clock;

    PromptSetService(
            PromptSets sets,
            PromptSetVersions versions,
            WorkspaceService workspaces,
            ModelRegistry models,
            @All List<PromptSetUse> uses,
            ChangeFeed changes,
            Clock clock) {
        this.sets = sets;
        this.versions = versions;
        this.workspaces = workspaces;
        this.models = models;
        this.uses = uses;
        this.changes = changes;
        this.clock = clock;
    }

    /** By name. @param words that the name must have; null for any */
    @Transactional
    public List<PromptSetDetails> list(Actor actor, long workspaceId, @Nullable String words) {
        workspaces.require(actor, workspaceId, Role.VIEWER);
        return sets.list(workspaceId, words);
    }

    @Transactional
    public PromptSetDetails get(Actor actor, long id) {
        return readable(actor, id, Role.VIEWER);
    }

    /** Newest first, without their examples. */
    @Transactional
    public List<VersionDetails> versions(Actor actor, long id) {
        readable(actor, id, Role.VIEWER);
        return sets.versions(id);
    }

    /** @param number null for the newest */
    @Transactional
    public VersionDetails version(Actor actor, long id, @Nullable Integer number) {
        PromptSetDetails set = readable(actor, id, Role.VIEWER);
        return sets.version(id, number)
                .orElseThrow(() -> new NotFound(
                        "Prompt set " + id + " has no version " + number + "; it has 1 to " + set.version() + "."));
    }

    /** A version that something is about to refer to: it stays until the transaction ends. */
    @Transactional
    public VersionDetails held(Actor actor, long id, @Nullable Integer number) {
        readable(actor, id, Role.VIEWER);
        sets.hold(id);
        return version(actor, id, number);
    }

    @Transactional
    public VersionDiff diff(Actor actor, long id, int from, int to) {
        return VersionDiff.between(
                from,
                version(actor, id, from).list(),
                to,
                version(actor, id, to).list());
    }

    /** A set with its first version. @param origin null for examples that came from elsewhere */
    @Transactional
    public VersionDetails create(
            Actor actor,
            long workspaceId,
            String name,
            String note,
            List<PromptExample> examples,
            @Nullable Origin origin) {
        workspaces.require(actor, workspaceId, Role.EDITOR);
        String checked = checkedName(name);
        requireExamples(examples);
        requireFree(workspaceId, checked, 0);
        PromptSet set = new PromptSet(workspaceId, actor.id(), checked, now());
        sets.persistAndFlush(set);
        return add(actor, set.id, 1, note, examples, origin);
    }

    /**
     * A new version.
     *
     * @param basedOn the version that was edited: refused if somebody saved another since; null to save in any case
     * @param origin how the examples were made anew; null for a change by hand, which keeps the recipe there was
     */
    @Transactional
    public VersionDetails save(
            Actor actor,
            long id,
            @Nullable Integer basedOn,
            String note,
            List<PromptExample> examples,
            @Nullable Origin origin) {
        readable(actor, id, Role.EDITOR);
        requireExamples(examples);
        lock(id);
        VersionDetails newest = version(actor, id, null);
        if (basedOn != null && basedOn != newest.version()) {
            throw new Conflict("You changed version " + basedOn + ", but " + newest.author() + " saved version "
                    + newest.version() + " since. Look at that first.");
        }
        if (newest.sha256().equals(ExamplesJson.sha256(examples))) {
            throw new Conflict("Nothing changed: version " + newest.version() + " has the same examples.");
        }
        Origin former = newest.origin();
        Origin kept = origin != null ? origin : former == null ? null : former.byHand();
        return add(actor, id, newest.version() + 1, note, examples, kept);
    }

    @Transactional
    public PromptSetDetails rename(Actor actor, long id, String name) {
        PromptSetDetails set = readable(actor, id, Role.EDITOR);
        String checked = checkedName(name);
        requireFree(set.workspaceId(), checked, id);
        sets.findById(id).name = checked;
        sets.flush();
        announce(id);
        return readable(actor, id, Role.VIEWER);
    }

    /** With all its versions, for ever; not while anything refers to it. */
    @Transactional
    public void delete(Actor actor, long id) {
        readable(actor, id, Role.EDITOR);
        lock(id);
        PromptSetDetails set = readable(actor, id, Role.EDITOR);
        if (set.runs() > 0) {
            throw inUse(set, set.runs(), set.runs() == 1 ? "analysis" : "analyses");
        }
        for (PromptSetUse use : uses) {
            long count = use.count(id);
            if (count > 0) {
                throw inUse(set, count, use.singular());
            }
        }
        sets.deleteById(id);
        announce(id);
    }

    private static Conflict inUse(PromptSetDetails set, long count, String what) {
        return new Conflict("Prompt set \"" + set.name() + "\" is used: " + count + " " + what + " refer"
                + (count == 1 ? "s" : "") + " to it. Delete that first.");
    }

    /** Examples for a model, not saved. Reads the tokenizer only. */
    public Generated generate(String model, PromptRecipe recipe) {
        ModelDetails details = model(model);
        PromptRecipe.Made made = recipe.make(models.folder(details.name()).tokenizer());
        return new Generated(new Origin(made.recipe(), details.name(), details.digest(), false), made.examples());
    }

    /**
     * Examples of the same generator that the set doesn't have, with other templates and words where there are any left.
     *
     * @throws InvalidInput for a set that no generator made
     */
    public Generated unseen(Actor actor, long id, @Nullable Integer version, String model, int count, long seed) {
        VersionDetails known = version(actor, id, version);
        Origin origin = known.origin();
        if (origin == null) {
            throw new InvalidInput("Version " + known.version() + " of prompt set \"" + known.name()
                    + "\" wasn't made by a generator, so there is no recipe for more like it. Add examples by hand.");
        }
        ModelDetails details = model(model);
        PromptRecipe.Made made = origin.recipe()
                .unseen(count, seed, known.list(), models.folder(details.name()).tokenizer());
        return new Generated(new Origin(made.recipe(), details.name(), details.digest(), false), made.examples());
    }

    /** What a model's tokenizer says to the examples of a version. */
    public List<Preflight.Check> preflight(
            Actor actor, long id, @Nullable Integer version, String model, BosPolicy bos) {
        return preflight(version(actor, id, version).list(), model, bos);
    }

    /** What a model's tokenizer says to examples. */
    public List<Preflight.Check> preflight(List<PromptExample> examples, String model, BosPolicy bos) {
        ModelFolder folder = models.folder(model(model).name());
        return Preflight.of(
                examples, folder.tokenizer(), bos, folder.dimensions().nCtx());
    }

    private VersionDetails add(
            Actor actor, long id, int number, String note, List<PromptExample> examples, @Nullable Origin origin) {
        String text = Database.storable(note.strip());
        if (text.length() > MAX_NOTE_CHARACTERS) {
            throw new InvalidInput(
                    "note has " + text.length() + " characters; at most " + MAX_NOTE_CHARACTERS + " are taken.");
        }
        PromptSetVersion version = new PromptSetVersion();
        version.promptSetId = id;
        version.number = number;
        version.authorId = actor.id();
        version.note = text;
        version.examples = ExamplesJson.tree(examples);
        version.exampleCount = examples.size();
        version.sha256 = ExamplesJson.sha256(examples);
        version.origin = origin == null ? null : ExamplesJson.JSON.valueToTree(origin);
        version.createdAt = now();
        versions.persistAndFlush(version);
        announce(id);
        return version(actor, id, number);
    }

    private PromptSetDetails readable(Actor actor, long id, Role minimum) {
        PromptSetDetails set = sets.details(id).orElseThrow(() -> unknown(id));
        try {
            workspaces.require(actor, set.workspaceId(), minimum);
        } catch (NotFound e) {
            throw unknown(id);
        }
        return set;
    }

    private void lock(long id) {
        if (!sets.lock(id)) {
            throw unknown(id);
        }
    }

    private void requireFree(long workspaceId, String name, long except) {
        if (sets.countNamed(workspaceId, name, except) > 0) {
            throw new Conflict("There is a prompt set named \"" + name + "\" in this workspace already.");
        }
    }

    private ModelDetails model(String name) {
        try {
            return models.get(name);
        } catch (NotFound e) {
            // the thing asked for is a prompt set; its model is a field of the request
            throw new InvalidInput(String.valueOf(e.getMessage()));
        }
    }

    private void announce(long id) {
        changes.announce(new Change(Change.PROMPT_SET, id));
    }

    /** What PostgreSQL keeps of it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static void requireExamples(List<PromptExample> examples) {
        if (examples.isEmpty() || examples.size() > MAX_EXAMPLES) {
            throw new InvalidInput("There are " + examples.size() + " examples; a set has 1 to " + MAX_EXAMPLES + ".");
        }
        ExamplesJson.requireStorable(examples);
    }

    private static String checkedName(String name) {
        String stripped = Database.storable(name.strip());
        if (stripped.isEmpty() || stripped.length() > MAX_NAME_CHARACTERS) {
            throw new InvalidInput("A prompt set's name has 1 to " + MAX_NAME_CHARACTERS + " characters, not "
                    + stripped.length() + ".");
        }
        return stripped;
    }

    private static NotFound unknown(long id) {
        return new NotFound("No prompt set " + id + ".");
    }
}
