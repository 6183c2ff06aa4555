package dev.unembed.model;

import dev.unembed.account.Actor;
import dev.unembed.base.Conflict;
import dev.unembed.base.Forbidden;
import dev.unembed.base.NotFound;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The models runs can use, by name. Every signed-in account sees them; administrators add them.
 *
 * <p>Hashing a big folder takes longer than a transaction should: what reads files runs outside of one, and the unique
 * keys of the table decide between two who register at the same moment.
 */
@ApplicationScoped
public class ModelRegistry {
    /**
     * @param digest SHA-256 over weights, tokenizer and config, hex
     * @param memoryBytes what the loaded model holds in memory (fp32)
     * @param bos whether the tokenizer puts a BOS token in front, and which
     * @param knowsText false for a folder without tokenizer: ids only
     * @param runs how many runs use it, in all workspaces
     */
    public record ModelDetails(
            long id,
            String name,
            String folder,
            String family,
            String digest,
            ModelFolder.Dimensions dimensions,
            long weightBytes,
            long memoryBytes,
            String bos,
            boolean knowsText,
            long runs,
            Instant createdAt) {}

    /** More can't be a prompt of any model here, and tokenizing it for a preview would keep others waiting. */
    public static final int MAX_PREVIEW_CHARACTERS = 200_000;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final RegisteredModels models;
    private final ChangeFeed changes;
    private final OpenFolders folders;
    private final Clock clock;
    /** Folders whose digest was found right though their fingerprint isn't the registered one (copied, mounted, touched). */
    private final ConcurrentHashMap<Long, String> verified = new ConcurrentHashMap<>();

    ModelRegistry(RegisteredModels models, ChangeFeed changes, OpenFolders folders, Clock clock) {
        this.models = models;
        this.changes = changes;
        this.folders = folders;
        this.clock = clock;
    }

    public List<ModelDetails> list() {
        return models.details();
    }

    /** NotFound names the known ones. */
    public ModelDetails get(String name) {
        return models.byName(name).orElseThrow(() -> unknown(name));
    }

    /**
     * Registers a folder of the server under a name. Reads every byte of it once.
     *
     * @throws InvalidInput for a bad name, or a folder that isn't a model this engine runs
     * @throws Conflict when the name is taken or the same model is registered already
     */
    public ModelDetails register(Actor actor, String name, String folder) {
        requireAdmin(actor);
        if (!NAME.matcher(name).matches()) {
            throw new InvalidInput(
                    "name is '" + shortened(name)
                            + "'; expected 1 to 100 letters, digits, dots, underscores and hyphens, the first a letter or digit.");
        }
        Path path = realPath(folder);
        if (models.byName(name).isPresent()) {
            throw new Conflict("There is a model named '" + name + "' already. Choose another name.");
        }
        String fingerprint = OpenFolders.fingerprint(path);
        String digest = folders.get(path).digest();
        models.byDigest(digest).ifPresent(same -> {
            throw new Conflict("The same model is registered already, as '" + same.name() + "' (SHA-256 "
                    + digest.substring(0, 12) + "…).");
        });
        models.add(registered(name, path, digest, fingerprint));
        return get(name);
    }

    /** Forgets a model; its files stay. */
    @Transactional
    public void remove(Actor actor, String name) {
        requireAdmin(actor);
        // the lock keeps a run from being submitted between the count and the removal
        models.lock(get(name).id());
        ModelDetails model = get(name);
        if (model.runs() > 0) {
            throw new Conflict("Model '" + model.name() + "' is used by "
                    + (model.runs() == 1 ? "one run" : model.runs() + " runs")
                    + ". Delete them first, in whichever workspace they are.");
        }
        models.deleteById(model.id());
        folders.forget(Path.of(model.folder()));
        changes.announce(new Change(Change.MODEL, model.id()));
    }

    /** How a text would be read: its tokens, with the BOS token where the policy puts one. */
    public TokenizedPrompt tokens(String name, String text, BosPolicy bos) {
        if (text.length() > MAX_PREVIEW_CHARACTERS) {
            throw new InvalidInput("The text has " + text.length() + " characters; a preview takes at most "
                    + MAX_PREVIEW_CHARACTERS + ". Shorten it.");
        }
        return folder(name).tokenizer().encode(text, bos);
    }

    /** The opened folder of a registered model, kept open. */
    public ModelFolder folder(String name) {
        return folders.get(Path.of(get(name).folder()));
    }

    /**
     * The opened folder of a model that is about to be computed with, after a check that its files are the registered
     * ones: unchanged sizes and times suffice, otherwise every byte is read.
     *
     * @throws InvalidInput when they aren't, or when the folder is gone
     */
    public ModelFolder verifiedFolder(long modelId) {
        RegisteredModel model = models.byId(modelId)
                .orElseThrow(() -> new InvalidInput("The model of this run is no longer registered."));
        Path path = Path.of(model.folder);
        String fingerprint = OpenFolders.fingerprint(path);
        ModelFolder opened = folders.get(path);
        if (!fingerprint.equals(model.fingerprint) && !fingerprint.equals(verified.get(modelId))) {
            String digest = opened.digest();
            if (!digest.equals(model.digest)) {
                throw new InvalidInput("The files of model '" + model.name + "' in " + model.folder
                        + " have changed since it was registered: SHA-256 " + digest.substring(0, 12) + "…, registered "
                        + model.digest.substring(0, 12)
                        + "…. Restore them, or register the folder under another name and use that.");
            }
            verified.put(modelId, fingerprint);
        }
        return opened;
    }

    /**
     * Registers a folder found at start under a name, unless the same model is known already. Its digest is computed only
     * if the folder changed since it was last seen.
     *
     * @return what was done, in a few words, for the log
     * @throws InvalidInput if it isn't a model this engine runs, or the name is taken by another model
     */
    String registerAtStart(String name, Path folder) {
        Path path = realPath(folder.toString());
        String fingerprint = OpenFolders.fingerprint(path);
        Optional<String> knownDigest = models.knownDigest(path, fingerprint);
        String digest = knownDigest.orElseGet(() -> folders.get(path).digest());
        if (knownDigest.isEmpty()) {
            models.keepDigest(path, fingerprint, digest);
        }
        Optional<ModelDetails> same = models.byDigest(digest);
        if (same.isPresent()) {
            return keepPlace(same.get(), path, fingerprint);
        }
        if (!NAME.matcher(name).matches()) {
            throw new InvalidInput("its name can't be a model's: letters, digits, dots, underscores and hyphens only");
        }
        Optional<ModelDetails> namesake = models.byName(name);
        if (namesake.isPresent()) {
            ModelDetails model = namesake.get();
            if (model.runs() > 0 || !model.folder().equals(path.toString())) {
                throw new InvalidInput("another model is named '" + model.name() + "' already (SHA-256 "
                        + model.digest().substring(0, 12) + "…, this one " + digest.substring(0, 12) + "…)");
            }
            // nothing depends on the old files: the folder's new content takes the name
            models.replace(model.id(), registered(name, path, digest, fingerprint));
            return "registered anew, its files had changed";
        }
        models.add(registered(name, path, digest, fingerprint));
        return "registered";
    }

    private String keepPlace(ModelDetails known, Path path, String fingerprint) {
        if (known.folder().equals(path.toString())
                || !Path.of(known.folder()).toFile().isDirectory()) {
            return models.move(known.id(), path, fingerprint) ? "found again at " + path : "unchanged";
        }
        return "known already as '" + known.name() + "'";
    }

    private RegisteredModel registered(String name, Path folder, String digest, String fingerprint) {
        return new RegisteredModel(name, folders.get(folder), digest, fingerprint, clock.instant());
    }

    private NotFound unknown(String name) {
        List<String> known = list().stream().map(ModelDetails::name).toList();
        return new NotFound("There is no model named '" + shortened(name) + "'; known: "
                + (known.isEmpty() ? "none yet" : String.join(", ", known)) + ".");
    }

    private static void requireAdmin(Actor actor) {
        if (!actor.admin()) {
            throw new Forbidden("Only an administrator can add or remove models.");
        }
    }

    private static Path realPath(String folder) {
        try {
            return Path.of(folder).toRealPath();
        } catch (IOException | InvalidPathException e) {
            throw new InvalidInput("Folder '" + shortened(folder)
                    + "' is not there. Give the path of a model folder as the" + " server sees it.");
        }
    }

    private static String shortened(String text) {
        return text.codePointCount(0, text.length()) <= 100
                ? text
                : text.codePoints().limit(100).mapToObj(Character::toString).collect(Collectors.joining()) + "…";
    }
}
