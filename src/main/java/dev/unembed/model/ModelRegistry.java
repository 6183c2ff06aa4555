package dev.unembed.model;

import dev.unembed.account.Actor;
import dev.unembed.base.Conflict;
import dev.unembed.base.Forbidden;
import dev.unembed.base.NotFound;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.model.hub.HubModel;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The models runs can use, by name. Every signed-in account sees them; administrators add them.
 *
 * <p>Hashing a big folder takes longer than a transaction should: what reads files runs outside of one, and the unique
 * keys of the table decide between two who register at the same moment.
 */
@ApplicationScoped
public class ModelRegistry {
    /** More can't be a prompt of any model here, and tokenizing it for a preview would keep others waiting. */
    public static final int MAX_PREVIEW_CHARACTERS = 200_000;

    private static final int WORKSPACES_NAMED = 5;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /** Not a model's name: the API has other things at this address. */
    private static final String RESERVED = "downloads";

    private final RegisteredModels models;
    private final ModelVerification verification;
    private final ModelPlaces places;
    private final OpenFolders folders;
    private final Clock clock;
    /** Folders whose digest was found right though their fingerprint isn't the registered one (copied, mounted, touched). */
    private final ConcurrentHashMap<Long, String> verified = new ConcurrentHashMap<>();

    ModelRegistry(
            RegisteredModels models,
            ModelVerification verification,
            ModelPlaces places,
            OpenFolders folders,
            Clock clock) {
        this.models = models;
        this.verification = verification;
        this.places = places;
        this.folders = folders;
        this.clock = clock;
    }

    /** By name, without their folders. */
    public List<ModelDetails> list() {
        return models.details().stream().map(ModelDetails::withoutFolder).toList();
    }

    /** By name, as this account may see them: only administrators learn where a model lies on the server. */
    public List<ModelDetails> list(Actor actor) {
        return models.details().stream().map(model -> shown(actor, model)).toList();
    }

    /** Without its folder; NotFound names the known ones. */
    public ModelDetails get(String name) {
        return known(name).withoutFolder();
    }

    /** As this account may see it. */
    public ModelDetails get(Actor actor, String name) {
        return shown(actor, known(name));
    }

    private ModelDetails known(String name) {
        return models.byName(name).orElseThrow(() -> unknown(name));
    }

    private ModelDetails shown(Actor actor, ModelDetails model) {
        ModelDetails known = model.withStreamedBytes(streamedBytes(model));
        ModelDetails current = verification.isReading(model.id()) ? known.beingRead() : known;
        return actor.admin() ? current : current.withoutFolder();
    }

    private @Nullable Long streamedBytes(ModelDetails model) {
        try {
            return folders.get(Path.of(String.valueOf(model.folder()))).streamedBytes();
        } catch (InvalidInput | UncheckedIOException e) {
            return null; // gone or damaged: the model is shown all the same
        }
    }

    /**
     * Registers a folder of the server under a name. Reads every byte of it once.
     *
     * @throws InvalidInput for a bad name, or a folder that isn't a model this engine runs
     * @throws Conflict when the name is taken or the same model is registered already
     */
    public ModelDetails register(Actor actor, String name, String folder) {
        requireAdmin(actor);
        requireFree(name);
        Path path = realPath(folder);
        String fingerprint = OpenFolders.fingerprint(path);
        String digest = newDigest(path);
        models.add(registered(name, path, digest, fingerprint, null));
        return get(actor, name);
    }

    /**
     * @throws InvalidInput if it can't be a model's name
     * @throws Conflict if a model has it
     */
    void requireFree(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidInput(
                    "name is '" + shortened(name)
                            + "'; expected 1 to 100 letters, digits, dots, underscores and hyphens, the first a letter or digit.");
        }
        if (name.equalsIgnoreCase(RESERVED)) {
            throw new InvalidInput("A model can't be named '" + name + "'; choose another name.");
        }
        if (models.byName(name).isPresent()) {
            throw new Conflict("There is a model named '" + name + "' already. Choose another name.");
        }
    }

    /**
     * The digest of a folder, from every byte of it.
     *
     * @throws InvalidInput if it isn't a model this engine runs
     * @throws Conflict if the same model is registered already
     */
    String newDigest(Path folder) {
        String digest = folders.get(folder).digest();
        models.byDigest(digest).ifPresent(same -> {
            throw new Conflict("The same model is registered already, as '" + same.name() + "' (SHA-256 "
                    + digest.substring(0, 12) + "…).");
        });
        return digest;
    }

    /** Registers a downloaded folder whose digest was just computed. */
    ModelDetails add(String name, Path folder, String digest, ModelDetails.Source source) {
        models.add(registered(name, folder, digest, OpenFolders.fingerprint(folder), source));
        return known(name);
    }

    /** The model of this commit, if it was downloaded before, under whatever name. */
    Optional<ModelDetails> ofCommit(HubModel model, String commit) {
        return models.byCommit(model.id(), commit);
    }

    Optional<ModelDetails> inFolder(Path folder) {
        return models.byFolder(folder);
    }

    /** Reads every byte of its files again, in the background: {@link ModelDetails#check} says how it came out. */
    public ModelDetails verify(Actor actor, String name) {
        requireAdmin(actor);
        verification.start(actor, known(name));
        return get(actor, name);
    }

    /**
     * Forgets a model.
     *
     * @param filesToo deletes its files as well, which only those of a download can be
     * @throws Conflict while runs use it, saying whose
     */
    public void remove(Actor actor, String name, boolean filesToo) {
        requireAdmin(actor);
        Path folder = QuarkusTransaction.joiningExisting().call(() -> forget(name, filesToo));
        folders.forget(folder);
        if (filesToo) {
            try {
                ModelPlaces.delete(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "Model '" + name + "' is removed, but not all of its files: " + folder, e);
            }
        }
    }

    private Path forget(String name, boolean filesToo) {
        // the lock keeps a run from being submitted between the count and the removal
        models.lock(known(name).id());
        ModelDetails model = known(name);
        if (model.runs() > 0) {
            List<RegisteredModels.RunsOfWorkspace> users = models.users(model.id());
            throw new Conflict("Model '" + model.name() + "' is used by "
                    + (model.runs() == 1 ? "one run" : model.runs() + " runs") + ": "
                    + users.stream()
                            .limit(WORKSPACES_NAMED)
                            .map(use -> use.runs() + " in workspace " + use.workspace())
                            .collect(Collectors.joining(", "))
                    + (users.size() > WORKSPACES_NAMED ? ", …" : "") + ". Delete them first.");
        }
        Path folder = Path.of(String.valueOf(model.folder()));
        if (filesToo && !canDeleteFiles(model)) {
            throw new Conflict(
                    "The files of model '" + model.name()
                            + "' weren't downloaded by this product, so it doesn't delete them. Remove the model without them.");
        }
        models.deleteById(model.id());
        models.announce(model.id());
        return folder;
    }

    /** Whether its files are a download of ours. */
    public boolean canDeleteFiles(ModelDetails model) {
        return model.source() != null && model.folder() != null && places.isDownloaded(Path.of(model.folder()));
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
        ModelDetails model = known(name);
        return opened(model.name(), String.valueOf(model.folder()));
    }

    /** Anybody may read the message of what fails here, so it doesn't say where the folder is. */
    private ModelFolder opened(String name, String folder) {
        try {
            return folders.get(Path.of(folder));
        } catch (InvalidInput e) {
            throw new InvalidInput(
                    "Model '" + name + "' can't be opened any more; an administrator can restore its files. "
                            + String.valueOf(e.getMessage()).replace(folder, "its folder"),
                    e);
        }
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
        ModelFolder opened = opened(model.name, model.folder);
        String fingerprint = OpenFolders.fingerprint(Path.of(model.folder));
        if (!fingerprint.equals(model.fingerprint) && !fingerprint.equals(verified.get(modelId))) {
            String digest = opened.digest();
            if (!digest.equals(model.digest)) {
                throw new InvalidInput("The files of model '" + model.name
                        + "' have changed since it was registered: SHA-256 " + digest.substring(0, 12)
                        + "…, registered "
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
            if (model.runs() > 0 || !path.toString().equals(model.folder())) {
                throw new InvalidInput("another model is named '" + model.name() + "' already (SHA-256 "
                        + model.digest().substring(0, 12) + "…, this one " + digest.substring(0, 12) + "…)");
            }
            // nothing depends on the old files: the folder's new content takes the name
            models.replace(model.id(), registered(name, path, digest, fingerprint, null));
            return "registered anew, its files had changed";
        }
        models.add(registered(name, path, digest, fingerprint, null));
        return "registered";
    }

    private String keepPlace(ModelDetails known, Path path, String fingerprint) {
        if (path.toString().equals(known.folder())
                || !Path.of(String.valueOf(known.folder())).toFile().isDirectory()) {
            return models.move(known.id(), path, fingerprint) ? "found again at " + path : "unchanged";
        }
        return "known already as '" + known.name() + "'";
    }

    private RegisteredModel registered(
            String name, Path folder, String digest, String fingerprint, ModelDetails.@Nullable Source source) {
        return new RegisteredModel(name, folders.get(folder), digest, fingerprint, source, clock.instant());
    }

    private NotFound unknown(String name) {
        List<String> known = list().stream().map(ModelDetails::name).toList();
        return new NotFound("There is no model named '" + shortened(name) + "'; known: "
                + (known.isEmpty() ? "none yet" : String.join(", ", known)) + ".");
    }

    static void requireAdmin(Actor actor) {
        if (!actor.admin()) {
            throw new Forbidden("Only an administrator can add, verify or remove models.");
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
