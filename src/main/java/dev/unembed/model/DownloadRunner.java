package dev.unembed.model;

import dev.unembed.base.Conflict;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.ResourcesExhausted;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.model.hub.DownloadMeter;
import dev.unembed.model.hub.HubDownload;
import dev.unembed.model.hub.HubFailure;
import dev.unembed.model.hub.HubModel;
import dev.unembed.model.hub.HubToken;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Runs downloads in the background, in the roles {@code all} and {@code web}.
 *
 * <p>Each has a thread of its own, interrupted to stop it. One timer tells the database every second how far they are, learns
 * from it what is to be cancelled, and takes up what waits: new ones, those a stopped process left, and those of a process
 * that went silent. What a token was given for goes on after a restart only if the configuration has one too: tokens live
 * in memory.
 */
@ApplicationScoped
class DownloadRunner {
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration SILENCE = Duration.ofSeconds(15);
    private static final long STOP_MILLIS = 3_000;

    private enum Stop {
        CANCEL,
        SHUTDOWN,
        /** Another process has it. */
        LOST
    }

    private final DownloadRows rows;
    private final ModelRegistry registry;
    private final OpenFolders folders;
    private final ModelPlaces places;
    private final Hub hub;
    private final ChangeFeed changes;
    private final String role;
    /** Writes of this process are known by it. */
    private final String owner = UUID.randomUUID().toString();

    private final ConcurrentHashMap<Long, HubToken> tokens = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, Job> jobs = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("model-downloads").factory());
    private volatile boolean stopping;
    private @Nullable Runnable endSubscription;

    DownloadRunner(
            DownloadRows rows,
            ModelRegistry registry,
            OpenFolders folders,
            ModelPlaces places,
            Hub hub,
            ChangeFeed changes,
            @ConfigProperty(name = "unembed.role", defaultValue = "all") String role) {
        this.rows = rows;
        this.registry = registry;
        this.folders = folders;
        this.places = places;
        this.hub = hub;
        this.changes = changes;
        this.role = role;
    }

    void start(@Observes @Priority(5_500) StartupEvent event) {
        if (role.equals("worker")) {
            return;
        }
        timer.scheduleWithFixedDelay(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
        endSubscription = changes.subscribe(change -> {
            if (change.topic().equals(Change.MODEL_DOWNLOAD)) {
                soon(this::takeUp); // no more than that: telling announces, and would be heard here again
            }
        });
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping = true;
        if (endSubscription != null) {
            endSubscription.run();
        }
        timer.shutdownNow();
        for (Job job : jobs.values()) {
            job.stop(Stop.SHUTDOWN);
        }
        for (Job job : jobs.values()) {
            job.thread.join(STOP_MILLIS);
        }
        if (!role.equals("worker")) {
            rows.leaveWaiting(owner);
        }
    }

    /** The name under which this process takes downloads. */
    String owner() {
        return owner;
    }

    /** Kept until the download succeeds, is removed, or this process ends. */
    void keepToken(long id, HubToken token) {
        tokens.put(id, token);
    }

    boolean hasToken(long id) {
        return tokens.containsKey(id);
    }

    void forget(long id) {
        tokens.remove(id);
    }

    /** Looks at once instead of at the next tick. */
    void wake() {
        soon(this::tick);
    }

    private void soon(Runnable step) {
        try {
            timer.execute(step);
        } catch (RejectedExecutionException e) {
            Log.debug("No downloads are taken up while stopping");
        }
    }

    private void tick() {
        try {
            jobs.values().forEach(Job::tell);
            rows.keepWaiting(owner);
        } catch (RuntimeException e) {
            complain(e);
        }
        takeUp();
    }

    private void takeUp() {
        try {
            while (!stopping && jobs.size() < hub.parallel()) {
                Optional<DownloadRows.Claim> claim = rows.claim(owner, SILENCE);
                if (claim.isEmpty()) {
                    return;
                }
                Job job = new Job(claim.get());
                jobs.put(claim.get().id(), job);
                job.thread.start();
            }
        } catch (RuntimeException e) {
            complain(e);
        }
    }

    private void complain(RuntimeException e) {
        if (!stopping) {
            Log.warnf("Downloads could not be looked after, and are again in a second: %s", e.getMessage());
        }
    }

    /** One download while this process runs it. */
    private final class Job {
        private final DownloadRows.Claim claim;
        private final DownloadMeter meter = new DownloadMeter();
        private final RateMeter rate = new RateMeter();
        private final Thread thread;
        private volatile @Nullable Stop stop;
        private DownloadMeter.@Nullable Reading told;

        Job(DownloadRows.Claim claim) {
            this.claim = claim;
            this.thread = Thread.ofPlatform()
                    .daemon()
                    .name("model-download-" + claim.id())
                    .unstarted(this::run);
        }

        void stop(Stop why) {
            if (stop == null) {
                stop = why;
            }
            thread.interrupt();
        }

        /** On the timer's thread: how far it is, and whether it is to go on. */
        void tell() {
            DownloadMeter.Reading reading = meter.read();
            long perSecond = rate.perSecond(reading.receivedBytes(), System.nanoTime());
            Optional<Boolean> cancel = rows.keepRunning(claim.id(), owner, reading, perSecond);
            if (cancel.isEmpty()) {
                stop(Stop.LOST); // or it ended at this moment, and then there is nothing to stop
            } else if (cancel.get()) {
                stop(Stop.CANCEL);
            }
            if (!reading.equals(told)) {
                told = reading;
                rows.announce(claim.id());
            }
        }

        private void run() {
            try {
                Optional<HubToken> token = token();
                if (claim.needsToken() && token.isEmpty()) {
                    rows.fail(claim.id(), owner, DownloadStatus.INTERRUPTED, """
                            The server was started again, and the token of this download was kept in memory only. \
                            Resume it with the token; what has arrived is kept.""");
                    return;
                }
                long modelId = download(token.orElse(null));
                rows.keepRunning(claim.id(), owner, meter.read(), 0);
                rows.succeed(claim.id(), owner, modelId);
                tokens.remove(claim.id());
            } catch (InterruptedException | IOException | RuntimeException e) {
                ended(e);
            } finally {
                jobs.remove(claim.id());
                wake();
            }
        }

        private Optional<HubToken> token() {
            return Optional.ofNullable(tokens.get(claim.id())).or(hub::token);
        }

        private long download(@Nullable HubToken token) throws IOException, InterruptedException {
            HubModel model = claim.model();
            HubDownload download = hub.download(model, token, meter);
            String known = claim.commit();
            String commit = known != null ? known : download.commit();
            rows.pin(claim.id(), owner, commit);
            registry.ofCommit(model, commit).ifPresent(same -> {
                throw new Conflict(
                        "This commit of " + model.id() + " is registered already, as '" + same.name() + "'.");
            });
            Path unfinished = places.unfinished(claim.id());
            Path published = places.published(model, commit);
            takeBack(published, unfinished.resolve("model"));
            Path whole = download.fetch(commit, unfinished);

            meter.activity("Reads every byte for the digest");
            registry.requireFree(claim.name());
            String digest = registry.newDigest(whole);
            folders.forget(whole);
            publish(whole, published);
            ModelDetails added = registry.add(
                    claim.name(), published, digest, new ModelDetails.Source(model.id(), model.revision(), commit));
            ModelPlaces.delete(unfinished);
            return added.id();
        }

        /** What an earlier attempt published without registering it, or a removed model left there, is used again. */
        private void takeBack(Path published, Path whole) throws IOException {
            if (!Files.isDirectory(published)) {
                return;
            }
            registry.inFolder(published).ifPresent(same -> {
                throw new Conflict("The files of this commit are those of model '" + same.name() + "' already.");
            });
            if (Files.exists(whole)) {
                ModelPlaces.delete(whole);
            }
            Files.createDirectories(whole.getParent());
            Files.move(published, whole, StandardCopyOption.ATOMIC_MOVE);
        }

        /** All files appear at once, under a name that nothing else has. */
        private static void publish(Path whole, Path published) throws IOException {
            Files.createDirectories(published.getParent());
            try {
                Files.move(whole, published, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
                throw new Conflict("Another download of the same commit came first. Look at the list of models.");
            }
        }

        private void ended(Exception e) {
            boolean interrupted = Thread.interrupted(); // else the database's pool would refuse us
            Stop why = stop;
            try {
                if (why != Stop.LOST) {
                    rows.keepRunning(claim.id(), owner, meter.read(), 0);
                }
                if (why == Stop.CANCEL) {
                    rows.cancelled(claim.id(), owner);
                } else if (why == Stop.SHUTDOWN) {
                    rows.leave(claim.id(), owner);
                } else if (why == null) {
                    rows.fail(claim.id(), owner, DownloadStatus.FAILED, sentence(e));
                }
            } catch (RuntimeException unsaid) {
                Log.warnf(
                        unsaid,
                        "Download %d ended (%s, interrupted: %s) and its row could not say so; it is taken up again",
                        claim.id(),
                        why,
                        interrupted);
            }
        }

        private String sentence(Exception e) {
            if (e instanceof HubFailure
                    || e instanceof InvalidInput
                    || e instanceof Conflict
                    || e instanceof ResourcesExhausted) {
                Log.infof("Download %d of %s ended: %s", claim.id(), claim.model(), e.getMessage());
                return String.valueOf(e.getMessage());
            }
            if (e instanceof IOException) {
                Log.warnf(e, "Download %d of %s ended", claim.id(), claim.model());
                return "The data folder can't be written or read: " + e.getMessage() + ". Mend it and resume.";
            }
            String incident = UUID.randomUUID().toString().substring(0, 8);
            Log.errorf(e, "Download %d of %s failed, incident %s", claim.id(), claim.model(), incident);
            return "Something went wrong on our side; the log names it by " + incident + ". Resuming may help.";
        }
    }
}
