package dev.unembed.run;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceNotFoundException;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstanceId;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.unembed.base.Database;
import io.agroal.api.AgroalDataSource;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The submitting side of the queue: rows of db-scheduler's table, written in the caller's transaction, so that a run and
 * its task appear and vanish together. The task's name is the run's kind: a worker that doesn't know a kind leaves it.
 */
@ApplicationScoped
class RunQueue {
    private final SchedulerClient client;
    private final Database database;

    RunQueue(AgroalDataSource dataSource, Database database, ExperimentCatalogue experiments) {
        this.database = database;
        // the client looks tasks up by name only; none is ever executed here
        List<Task<?>> names = new ArrayList<>();
        experiments
                .all()
                .forEach(
                        experiment -> names.add(Tasks.oneTime(experiment.kind()).execute((instance, context) -> {
                            throw new IllegalStateException("the submitting side executes nothing");
                        })));
        client = SchedulerClient.Builder.create(dataSource, names)
                .jdbcCustomization(new PostgreSqlJdbcCustomization(false, true))
                .enablePriority()
                .build();
    }

    /** @param since decides between runs of the same priority: the earlier one starts first */
    void add(String kind, long runId, int priority, Instant since) {
        client.schedule(task(kind, runId, priority, since));
    }

    /**
     * Queues a run again that ended. Its task may be there still: its worker died, or is about to remove it. That one then
     * waits again, as another version: a worker removes none but the version it took.
     */
    void addAgain(String kind, long runId, int priority, Instant since) {
        while (!client.scheduleIfNotExists(task(kind, runId, priority, since))) {
            int waiting = database.update(
                    "update scheduled_tasks set picked = false, picked_by = null, last_heartbeat = null,"
                            + " version = version + 1 where task_name = ? and task_instance = ?",
                    kind,
                    Long.toString(runId));
            if (waiting == 1) {
                return;
            }
        }
    }

    private static SchedulableInstance<Void> task(String kind, long runId, int priority, Instant since) {
        return new TaskInstance.Builder<Void>(kind, Long.toString(runId))
                .priority(priority)
                .scheduledTo(since);
    }

    /** @return false when a worker has taken the task already */
    boolean remove(String kind, long runId) {
        try {
            client.cancel(TaskInstanceId.of(kind, Long.toString(runId)));
            return true;
        } catch (TaskInstanceNotFoundException e) {
            return true;
        } catch (RuntimeException e) {
            // TaskInstanceCurrentlyExecutingException, or a plain one when a worker took it between look-up and delete
            Log.debugf("Run %d is taken already: %s", runId, e.getMessage());
            return false;
        }
    }
}
