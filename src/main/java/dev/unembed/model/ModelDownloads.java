package dev.unembed.model;

import dev.unembed.account.Actor;
import dev.unembed.base.Conflict;
import dev.unembed.base.NotFound;
import dev.unembed.model.hub.HubModel;
import dev.unembed.model.hub.HubToken;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Models on their way from a hub: what administrators can ask and do. {@link DownloadRunner} does the work. */
@ApplicationScoped
public class ModelDownloads {
    private final DownloadRows rows;
    private final DownloadRunner runner;
    private final ModelRegistry registry;
    private final ModelPlaces places;

    ModelDownloads(DownloadRows rows, DownloadRunner runner, ModelRegistry registry, ModelPlaces places) {
        this.rows = rows;
        this.runner = runner;
        this.registry = registry;
        this.places = places;
    }

    /** The newest first. */
    public List<DownloadDetails> list(Actor actor) {
        ModelRegistry.requireAdmin(actor);
        return rows.all();
    }

    public DownloadDetails get(Actor actor, long id) {
        ModelRegistry.requireAdmin(actor);
        return known(id);
    }

    /**
     * Starts a download. One that stopped for the same revision is taken up: the revision is looked up again, and what has
     * arrived is used where it still fits.
     *
     * @param name what the model is to be called here; null for the end of its id
     * @param token null for the configuration's, if there is one
     * @throws Conflict while it is under way, and when the name is taken
     */
    public DownloadDetails start(Actor actor, HubModel model, @Nullable String name, @Nullable String token) {
        ModelRegistry.requireAdmin(actor);
        String wanted = name == null || name.isBlank() ? suggestedName(model.id()) : name.strip();
        registry.requireFree(wanted);
        Optional<HubToken> given = token(token);
        Optional<DownloadDetails> before = rows.unfinished(model);
        if (before.isPresent()) {
            return restart(before.get(), wanted, true, given);
        }
        long id = rows.add(model, wanted, actor.id(), given.isPresent(), runner.owner());
        given.ifPresent(secret -> runner.keepToken(id, secret));
        runner.wake();
        return known(id);
    }

    /** Stops it; what has arrived is kept. */
    public DownloadDetails cancel(Actor actor, long id) {
        ModelRegistry.requireAdmin(actor);
        DownloadDetails download = known(id);
        if (!rows.cancel(id)) {
            throw new Conflict("Download " + id + " is not under way: it is " + words(download.status()) + ".");
        }
        runner.wake();
        return known(id);
    }

    /**
     * Goes on with the commit it began with.
     *
     * @param name null for the one it had
     * @param token null for the one given before, or the configuration's
     */
    public DownloadDetails resume(Actor actor, long id, @Nullable String name, @Nullable String token) {
        ModelRegistry.requireAdmin(actor);
        DownloadDetails download = known(id);
        String wanted = name == null || name.isBlank() ? download.name() : name.strip();
        if (download.status().canBeResumed()) {
            registry.requireFree(wanted);
        }
        return restart(download, wanted, false, token(token));
    }

    private DownloadDetails restart(DownloadDetails download, String name, boolean anew, Optional<HubToken> token) {
        boolean needsToken = token.isPresent() || runner.hasToken(download.id());
        // before it can be taken up, so that it is there then
        token.ifPresent(secret -> runner.keepToken(download.id(), secret));
        if (!rows.restart(download.id(), name, anew, needsToken, runner.owner())) {
            throw new Conflict("Download " + download.id() + " of " + download.model() + " at " + download.revision()
                    + " is " + words(download.status())
                    + (download.status().isUnderWay() ? " already. Wait for it, or cancel it first." : "."));
        }
        runner.wake();
        return known(download.id());
    }

    /** Forgets a stopped one, with what has arrived of it; a model it became stays. */
    public void remove(Actor actor, long id) {
        ModelRegistry.requireAdmin(actor);
        known(id);
        if (!rows.delete(id)) {
            throw new Conflict("Download " + id + " is under way. Cancel it first.");
        }
        runner.forget(id);
        try {
            ModelPlaces.delete(places.unfinished(id));
        } catch (IOException e) {
            throw new UncheckedIOException("Download " + id + " is removed, but not all of its files", e);
        }
    }

    /** The end of an id or path as a model's name here: lower case, digits, dots and hyphens. */
    public static String suggestedName(String id) {
        String last = id.strip().replaceFirst("[/\\\\]+$", "");
        last = last.substring(Math.max(last.lastIndexOf('/'), last.lastIndexOf('\\')) + 1);
        return last.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-").replaceAll("^[-.]+|[-.]+$", "");
    }

    private DownloadDetails known(long id) {
        return rows.byId(id).orElseThrow(() -> new NotFound("There is no download " + id + "."));
    }

    private static Optional<HubToken> token(@Nullable String text) {
        return text == null || text.isBlank() ? Optional.empty() : Optional.of(new HubToken(text.strip()));
    }

    private static String words(DownloadStatus status) {
        return switch (status) {
            case QUEUED -> "waiting";
            case RUNNING -> "running";
            case SUCCEEDED -> "done";
            case FAILED -> "given up";
            case CANCELLED -> "cancelled";
            case INTERRUPTED -> "interrupted";
        };
    }
}
