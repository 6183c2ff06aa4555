package dev.unembed.run;

import dev.unembed.account.Actor;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;

/** The state of the queue and of the workers. */
@ApplicationScoped
public class QueueService {
    /** @param warmModels names with bytes, most recently used first @param currentRuns ids being computed */
    public record WorkerDetails(
            long id,
            String name,
            String device,
            int threads,
            Instant startedAt,
            Instant lastSeenAt,
            boolean alive,
            List<WarmModel> warmModels,
            List<Long> currentRuns) {}

    /** @param streamed whether its blocks are read from the files whenever a pass comes to them */
    public record WarmModel(String name, long bytes, boolean streamed) {}

    /** Waiting and running runs of the actor's workspaces, in the order they start; other workspaces' only as a count. */
    public record QueueState(
            List<RunDetails> running,
            List<RunDetails> waiting,
            long othersRunning,
            long othersWaiting,
            List<WorkerDetails> workers) {}

    private static final int MAX_WAITING_SHOWN = 500;

    private final Runs runs;
    private final Workers workers;

    QueueService(Runs runs, Workers workers) {
        this.runs = runs;
        this.workers = workers;
    }

    @Transactional
    public QueueState state(Actor actor) {
        List<RunDetails> running = runs.running(actor.id());
        List<RunDetails> waiting = runs.waiting(actor.id(), MAX_WAITING_SHOWN);
        return new QueueState(
                running,
                waiting,
                runs.countOthers(actor.id(), RunStatus.RUNNING),
                runs.countOthers(actor.id(), RunStatus.QUEUED),
                workers.listAll(Sort.by("name")).stream()
                        .map(worker -> details(worker, running))
                        .toList());
    }

    private WorkerDetails details(Worker worker, List<RunDetails> running) {
        return new WorkerDetails(
                worker.id,
                worker.name,
                worker.device,
                worker.threads,
                worker.startedAt,
                worker.lastSeenAt,
                workers.isAlive(worker),
                worker.warmModels,
                running.stream()
                        .filter(run -> worker.name.equals(run.worker()))
                        .map(RunDetails::id)
                        .toList());
    }
}
