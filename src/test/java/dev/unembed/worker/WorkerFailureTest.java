package dev.unembed.worker;

import static dev.unembed.run.RunTesting.await;
import static dev.unembed.run.RunTesting.awaitDemoModel;
import static dev.unembed.run.RunTesting.awaitStatus;
import static dev.unembed.run.RunTesting.counting;
import static dev.unembed.run.RunTesting.run;
import static dev.unembed.run.RunTesting.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.unembed.account.AccountService;
import dev.unembed.base.Database;
import dev.unembed.run.CountingExperiment.Gate;
import dev.unembed.run.RunClaims;
import dev.unembed.run.RunClaims.Answer;
import dev.unembed.run.RunClaims.Claim;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunRequest;
import dev.unembed.run.RunService;
import dev.unembed.testing.Api;
import dev.unembed.testing.Api.User;
import dev.unembed.testing.PostgresResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to a run when its worker dies, lingers or stops. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class WorkerFailureTest {
    private final Database database;
    private final RunService runs;
    private final RunClaims claims;
    private final AccountService accounts;
    private final GpuWorker worker;

    private User editor;
    private long workspace;

    WorkerFailureTest(Database database, RunService runs, RunClaims claims, AccountService accounts, GpuWorker worker) {
        this.database = database;
        this.runs = runs;
        this.claims = claims;
        this.accounts = accounts;
        this.worker = worker;
    }

    @BeforeEach
    void signUp() {
        awaitDemoModel();
        editor = Api.newUser("editor");
        workspace = Api.newWorkspace(editor, "lab");
    }

    @Test
    void aDeadWorkersRunIsTakenOverAndHasOneResult() {
        long id = takenByAGhost(0);
        JsonPath ended = awaitStatus(editor, id, "SUCCEEDED");
        assertThat(ended.getInt("attempt")).isEqualTo(2);
        assertThat(ended.getString("worker")).isNotEqualTo("ghost");
        assertThat(results(id)).isOne();
        await("an empty queue", () -> tasks(id), count -> count == 0);
    }

    @Test
    void aRunOfADeadWorkerIsCancelledWithoutWaitingForAnother() {
        long id = withoutTask();
        Claim ghost = claims.take(id, "ghost").orElseThrow();

        editor.request()
                .post("/api/v1/runs/" + id + "/cancel")
                .then()
                .statusCode(200)
                .body("status", equalTo("CANCELLED"));
        assertThat(claims.progress(ghost, 1, 2)).isEqualTo(Answer.LOST);
        assertThat(claims.take(id, "another")).isEmpty();
    }

    /** Its task is the dead worker's still: nobody would come for a run that merely waits. */
    @Test
    void aCancelledRunOfADeadWorkerIsResumed() {
        long id = QuarkusTransaction.requiringNew().call(() -> {
            long taken = submitted();
            database.update("""
                    update scheduled_tasks set picked = true, picked_by = 'ghost', version = version + 1, last_heartbeat = now()
                    where task_instance = ?
                    """, Long.toString(taken));
            return taken;
        });
        Claim ghost = claims.take(id, "ghost").orElseThrow();
        claims.progress(ghost, 1, 1);
        claims.saveCheckpoint(ghost, new byte[] {1});
        editor.request().post("/api/v1/runs/" + id + "/cancel").then().statusCode(200);
        claims.saveCheckpoint(ghost, new byte[] {0}); // it is too late for that
        assertThat(run(editor, id).getBoolean("resumable")).isTrue();

        editor.request()
                .post("/api/v1/runs/" + id + "/resume")
                .then()
                .statusCode(200)
                .body("status", equalTo("QUEUED"));
        assertThat(claims.cancel(ghost)).isFalse();
        assertThat(awaitStatus(editor, id, "SUCCEEDED").getInt("attempt")).isEqualTo(2);
        await("an empty queue", () -> tasks(id), count -> count == 0);
    }

    @Test
    void aRunThatKillsWorkersIsGivenUp() {
        long id = takenByAGhost(2);
        JsonPath ended = awaitStatus(editor, id, "FAILED");
        assertThat(ended.getString("failure.kind")).isEqualTo("resources");
        assertThat(ended.getString("failure.text")).contains("died 3 times");
        assertThat(results(id)).isZero();
        await("an empty queue", () -> tasks(id), count -> count == 0);
    }

    @Test
    void aWorkerThatWasThoughtDeadCanWriteNothingMore() {
        long id = withoutTask();
        Claim first = claims.take(id, "first").orElseThrow();
        Claim second = claims.take(id, "second").orElseThrow();
        assertThat(second.attempt()).isEqualTo(first.attempt() + 1);
        assertThat(second.deaths()).isEqualTo(1);

        assertThat(claims.progress(first, 1, 2)).isEqualTo(Answer.LOST);
        assertThat(claims.succeed(first, new byte[] {1}, "first", JsonNodeFactory.instance.objectNode()))
                .isFalse();
        assertThat(claims.fail(first, new RunDetails.Failure("internal", "too late")))
                .isFalse();
        assertThat(claims.cancel(first)).isFalse();
        assertThat(claims.putBack(first)).isFalse();
        assertThat(results(id)).isZero();

        assertThat(claims.progress(second, 1, 2)).isEqualTo(Answer.CONTINUE);
        assertThat(claims.succeed(second, new byte[] {2}, "second", JsonNodeFactory.instance.objectNode()))
                .isTrue();
        assertThat(claims.succeed(second, new byte[] {3}, "again", JsonNodeFactory.instance.objectNode()))
                .isFalse();
        assertThat(database.list("select etag from run_result where run_id = ?", row -> row.getString(1), id))
                .containsExactly("second");
        assertThat(claims.take(id, "third")).isEmpty();
    }

    @Test
    void aCheckpointOutlivesItsWorkerButNotItsRun() {
        long id = withoutTask();
        Claim first = claims.take(id, "first").orElseThrow();
        assertThat(claims.checkpoint(first)).isEmpty();
        claims.saveCheckpoint(first, new byte[] {1});
        claims.saveCheckpoint(first, new byte[] {1, 2});
        Claim second = claims.take(id, "second").orElseThrow();
        claims.saveCheckpoint(first, new byte[] {3}); // it was thought dead, and comes back
        assertThat(claims.checkpoint(second)).hasValue(new byte[] {1, 2});

        assertThat(claims.succeed(second, new byte[] {9}, "etag", JsonNodeFactory.instance.objectNode()))
                .isTrue();
        assertThat(database.number("select count(*) from run_checkpoint where run_id = ?", id))
                .isZero();
    }

    @Test
    void aStoppingWorkerPutsItsRunBackAndAnotherFinishesIt() throws InterruptedException {
        try (Gate busy = Gate.closed(Api.unique("busy"));
                Gate gate = Gate.closed(Api.unique("gate"))) {
            long occupying = submit(editor, counting(workspace, Map.of("steps", 1, "gate", busy.name)));
            busy.awaitArrival();
            long id;
            try (GpuWorker.Running second = worker.start("second")) {
                id = submit(editor, counting(workspace, Map.of("steps", 2, "gate", gate.name)));
                gate.awaitArrival();
                assertThat(run(editor, id).getString("worker")).isEqualTo("second");
                assertThat(editor.request().get("/api/v1/queue").jsonPath().getList("workers.name", String.class))
                        .contains("second");
            }
            JsonPath waiting = run(editor, id);
            assertThat(waiting.getString("status")).isEqualTo("QUEUED");
            assertThat(waiting.getString("worker")).isNull();
            assertThat(editor.request().get("/api/v1/queue").jsonPath().getList("workers.name", String.class))
                    .doesNotContain("second");

            busy.close();
            gate.awaitArrival();
            gate.close();
            awaitStatus(editor, occupying, "SUCCEEDED");
            JsonPath ended = awaitStatus(editor, id, "SUCCEEDED");
            assertThat(ended.getInt("attempt")).isEqualTo(2);
            assertThat(database.number("select deaths from run where id = ?", id))
                    .isZero();
            assertThat(results(id)).isOne();
        }
    }

    /** A run as a worker leaves it that was killed: running, its task picked, the last heartbeat a minute ago. */
    private long takenByAGhost(int deathsBefore) {
        return QuarkusTransaction.requiringNew().call(() -> {
            long id = submitted();
            database.update(
                    "update run set status = 'RUNNING', attempt = 1, deaths = ?, worker = 'ghost', started_at = now() where id = ?",
                    deathsBefore,
                    id);
            database.update("""
                    update scheduled_tasks set picked = true, picked_by = 'ghost', version = version + 1,
                        last_heartbeat = now() - interval '1 minute'
                    where task_instance = ?
                    """, Long.toString(id));
            return id;
        });
    }

    /** A run that no worker will come for. */
    private long withoutTask() {
        return QuarkusTransaction.requiringNew().call(() -> {
            long id = submitted();
            database.update("delete from scheduled_tasks where task_instance = ?", Long.toString(id));
            return id;
        });
    }

    private long submitted() {
        RunRequest request = new RunRequest(
                workspace,
                "counting",
                "demo",
                null,
                List.of(),
                0,
                JsonNodeFactory.instance.objectNode().put("steps", 1),
                0,
                true);
        return runs.submit(accounts.actor(editor.username()), request).run().id();
    }

    private long results(long id) {
        return database.number("select count(*) from run_result where run_id = ?", id);
    }

    private long tasks(long id) {
        return database.number("select count(*) from scheduled_tasks where task_instance = ?", Long.toString(id));
    }
}
