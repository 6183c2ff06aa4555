package dev.unembed.worker;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.unembed.base.Database;
import dev.unembed.engine.experiment.Experiment;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.Placement;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.model.ModelRegistry;
import dev.unembed.run.ExperimentCatalogue;
import dev.unembed.run.ParamsReader;
import dev.unembed.run.RunClaims;
import io.agroal.api.AgroalDataSource;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Takes runs from the queue in the roles {@code all} and {@code worker}: db-scheduler with one task name per kind of
 * analysis, woken by the change feed.
 *
 * <p>A worker that dies is noticed by its missing heartbeats and its run revived by another; one that stops puts its runs
 * back first. Either way the run keeps its place in the queue.
 */
@ApplicationScoped
class GpuWorker {
    private static final Duration RETRY_AFTER_FAILURE = Duration.ofSeconds(5);

    /** Never: a kind that this worker doesn't know belongs to another one. */
    private static final Duration KEEP_UNKNOWN_KINDS = Duration.ofDays(36_500);

    private final AgroalDataSource dataSource;
    private final Database database;
    private final ChangeFeed changes;
    private final ExperimentCatalogue experiments;
    private final RunClaims claims;
    private final ParamsReader params;
    private final ModelRegistry models;
    private final Clock clock;
    private final WorkerConfig config;
    private final String role;
    private final Placement placement;
    private final DeviceMemory memory;
    private @Nullable Running running;

    GpuWorker(
            AgroalDataSource dataSource,
            Database database,
            ChangeFeed changes,
            ExperimentCatalogue experiments,
            RunClaims claims,
            ParamsReader params,
            ModelRegistry models,
            Clock clock,
            WorkerConfig config,
            @ConfigProperty(name = "unembed.role", defaultValue = "all") String role) {
        this.dataSource = dataSource;
        this.database = database;
        this.changes = changes;
        this.experiments = experiments;
        this.claims = claims;
        this.params = params;
        this.models = models;
        this.clock = clock;
        this.config = config;
        this.role = role;
        placement = Placement.parse(config.devices());
        memory = DeviceMemory.of(placement);
    }

    void start(@Observes @Priority(4_000) StartupEvent event) {
        if (!role.equals("web")) {
            running = start(config.name().orElseGet(GpuWorker::hostAndProcess));
        }
    }

    void stop(@Observes @Priority(100) ShutdownEvent event) {
        if (running != null) {
            running.close();
        }
    }

    /** Starts a worker of this name; tests start several in one process. */
    Running start(String name) {
        placement.requireUsable();
        return start(name, config.modelMemory().map(MemorySize::asLongValue).orElseGet(memory::forModels));
    }

    /** @param modelMemory bytes that its models may occupy */
    Running start(String name, long modelMemory) {
        return new Running(name, modelMemory);
    }

    /** One worker from start to stop. */
    final class Running implements AutoCloseable {
        private final LoadedModels loadedModels;
        private final WorkerPresence presence;
        private final Scheduler scheduler;
        private final Runnable endSubscription;
        private volatile boolean stopping;

        private Running(String name, long modelMemory) {
            Torch.shareCoresAmong(config.threads());
            loadedModels = new LoadedModels(placement, modelMemory, memory::available);
            presence = new WorkerPresence(database, changes, clock, loadedModels, name, config.threads());
            RunExecution execution = new RunExecution(
                    claims,
                    experiments,
                    params,
                    models,
                    loadedModels,
                    name,
                    config.deathsPerRun(),
                    () -> stopping,
                    presence::modelsChanged);
            List<Task<?>> tasks = new ArrayList<>();
            for (Experiment<?, ?> experiment : experiments.all()) {
                tasks.add(task(experiment.kind(), execution));
            }
            scheduler = Scheduler.create(dataSource, tasks)
                    .schedulerName(new SchedulerName.Fixed(name))
                    .jdbcCustomization(new PostgreSqlJdbcCustomization(false, true))
                    .threads(config.threads())
                    // as many as there are idle threads, never more: what waits here could run elsewhere
                    .pollUsingLockAndFetch(0.5, 1.0)
                    .pollingInterval(config.pollInterval())
                    .heartbeatInterval(config.heartbeat())
                    .missedHeartbeatsLimit(config.missedHeartbeats())
                    .deleteUnresolvedAfter(KEEP_UNKNOWN_KINDS)
                    .enablePriority()
                    .shutdownMaxWait(config.stopTimeout())
                    .build();
            presence.start(config.heartbeat());
            endSubscription = changes.subscribe(change -> {
                if (change.topic().equals(Change.QUEUE)) {
                    scheduler.triggerCheckForDueExecutions();
                }
            });
            scheduler.start();
            Log.infof(
                    "Worker %s computes %s on %s",
                    name, tasks.stream().map(Task::getName).toList(), placement);
        }

        @Override
        public void close() {
            stopping = true;
            endSubscription.run();
            scheduler.stop();
            presence.stop();
            loadedModels.close();
        }
    }

    private Task<Void> task(String kind, RunExecution execution) {
        return Tasks.custom(kind, Void.class)
                .onDeadExecution((complete, operations) -> {
                    Log.warnf(
                            "Run %s: its worker %s is silent; it waits again",
                            complete.getExecution().getId(), complete.getExecution().pickedBy);
                    keepPlace(complete, operations);
                    wakeAll(complete.getExecution().getId());
                })
                .onFailure((complete, operations) ->
                        operations.reschedule(complete, clock.instant().plus(RETRY_AFTER_FAILURE)))
                .execute((instance, context) -> switch (execution.execute(Long.parseLong(instance.getId()))) {
                    case DONE -> (CompletionHandler<Void>) (complete, operations) -> operations.remove();
                    case PUT_BACK ->
                        (CompletionHandler<Void>) (complete, operations) -> {
                            keepPlace(complete, operations);
                            wakeAll(instance.getId());
                        };
                });
    }

    /** At the time it was submitted, so that it stands before what came later. */
    private static void keepPlace(ExecutionComplete complete, ExecutionOperations<Void> operations) {
        operations.reschedule(complete, complete.getExecution().executionTime);
    }

    private void wakeAll(String runId) {
        changes.announce(new Change(Change.QUEUE, Long.parseLong(runId)));
    }

    private static String hostAndProcess() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "worker";
        }
        return host + "-" + ProcessHandle.current().pid();
    }
}
