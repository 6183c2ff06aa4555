package dev.unembed.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.base.Database;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import io.quarkus.logging.Log;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * This worker's row: that it lives, on what, and which models are warm. SQL, not an entity: the row is made by an upsert on
 * the worker's name, and may be gone when it is next written.
 */
final class WorkerPresence {
    /** Rows of workers that ended without a word are forgotten after this long. */
    private static final Duration FORGET_AFTER = Duration.ofHours(1);

    private final Database database;
    private final ChangeFeed changes;
    private final Clock clock;
    private final LoadedModels models;
    private final String name;
    private final int threads;
    private final ObjectMapper json = new ObjectMapper();
    private final ScheduledExecutorService ticking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("worker-presence").daemon().factory());
    private long id;
    private String shown = "";

    WorkerPresence(Database database, ChangeFeed changes, Clock clock, LoadedModels models, String name, int threads) {
        this.database = database;
        this.changes = changes;
        this.clock = clock;
        this.models = models;
        this.name = name;
        this.threads = threads;
    }

    void start(Duration interval) {
        database.update(
                "delete from worker where last_seen_at < ?", clock.instant().minus(FORGET_AFTER));
        id = database.number("""
                insert into worker (name, device, threads, started_at, last_seen_at) values (?, ?, ?, ?, ?)
                on conflict (name) do update set device = excluded.device, threads = excluded.threads,
                    started_at = excluded.started_at, last_seen_at = excluded.last_seen_at, warm_models = '[]'
                returning id
                """, name, models.device(), threads, clock.instant(), clock.instant());
        changes.announce(new Change(Change.WORKER, id));
        ticking.scheduleWithFixedDelay(this::tick, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Shows changed models at once instead of at the next tick. */
    void modelsChanged() {
        ticking.execute(this::tick);
    }

    void stop() {
        ticking.shutdownNow();
        try {
            if (!ticking.awaitTermination(2, TimeUnit.SECONDS)) {
                Log.debug("The presence of this worker is still being written");
            }
            database.update("delete from worker where id = ?", id);
            changes.announce(new Change(Change.WORKER, id));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Database.DatabaseFailure e) {
            Log.infof("This worker could not sign off: %s", e.getMessage());
        }
    }

    private void tick() {
        try {
            List<LoadedModels.Warm> warm = models.warm();
            String warmModels = json.writeValueAsString(warm);
            database.update(
                    "update worker set last_seen_at = ?, warm_models = ?::jsonb where id = ?",
                    clock.instant(),
                    warmModels,
                    id);
            if (!warmModels.equals(shown)) {
                shown = warmModels;
                changes.announce(new Change(Change.WORKER, id));
            }
        } catch (JsonProcessingException | RuntimeException e) {
            Log.warnf("This worker could not say that it lives, and tries again: %s", e.getMessage());
        }
    }
}
