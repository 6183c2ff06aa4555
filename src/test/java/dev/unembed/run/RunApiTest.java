package dev.unembed.run;

import static dev.unembed.run.RunTesting.awaitStatus;
import static dev.unembed.run.RunTesting.counting;
import static dev.unembed.run.RunTesting.run;
import static dev.unembed.run.RunTesting.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.unembed.account.AccountService;
import dev.unembed.account.Actor;
import dev.unembed.base.Database;
import dev.unembed.engine.InvalidInput;
import dev.unembed.run.CountingExperiment.Gate;
import dev.unembed.testing.Api;
import dev.unembed.testing.Api.User;
import dev.unembed.testing.PostgresResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class RunApiTest {
    private final Database database;
    private final RunService runs;
    private final AccountService accounts;

    private User editor;
    private long workspace;

    RunApiTest(Database database, RunService runs, AccountService accounts) {
        this.database = database;
        this.runs = runs;
        this.accounts = accounts;
    }

    @BeforeEach
    void signUp() {
        RunTesting.awaitDemoModel();
        editor = Api.newUser("editor");
        workspace = Api.newWorkspace(editor, "lab");
    }

    @Test
    void aLongerPromptNeedsMoreMemory() {
        Actor actor = accounts.actor(editor.username());
        long one = runs.memoryBytes(actor, lensOf("The"));
        long many = runs.memoryBytes(actor, lensOf("The capital of France is ".repeat(20)));
        assertThat(many).isGreaterThan(one);
        assertThatThrownBy(() -> runs.memoryBytes(actor, lensOf("The capital of France is ".repeat(40))))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("reads at most 128");
    }

    private RunRequest lensOf(String prompt) {
        return new RunRequest(
                workspace,
                "lens",
                "demo",
                null,
                List.of(),
                0,
                JsonNodeFactory.instance.objectNode().put("prompt", prompt),
                0,
                false);
    }

    @Test
    void aSubmittedRunIsComputedAndKeepsWhatWasAsked() {
        Map<String, Object> body = counting(workspace, Map.of("steps", 3, "prompt", "a b c"));
        body.put("title", "  Counting to three ");
        body.put("tags", List.of("numbers", " first ", "numbers"));
        body.put("priority", 7);
        body.put("seed", 42);
        Response response = editor.request().body(body).post("/api/v1/runs");
        response.then()
                .statusCode(201)
                .body("title", equalTo("Counting to three"))
                .body("tags", equalTo(List.of("numbers", "first")))
                .body("priority", equalTo(7))
                .body("seed", equalTo(42))
                .body("model", equalTo("demo"))
                .body("author", equalTo(editor.username()))
                .body("existing", equalTo(false))
                .body("params.steps", equalTo(3));
        long id = response.jsonPath().getLong("id");
        assertThat(response.header("Location")).endsWith("/api/v1/runs/" + id);

        JsonPath ended = awaitStatus(editor, id, "SUCCEEDED");
        assertThat(ended.getDouble("progress")).isEqualTo(1);
        assertThat(ended.getInt("attempt")).isEqualTo(1);
        assertThat(ended.getString("modelDigest")).hasSize(64);
        assertThat(ended.getString("engineVersion")).isNotBlank();
        assertThat(ended.getLong("resultBytes")).isPositive();
        assertThat(ended.getString("startedAt")).isGreaterThanOrEqualTo(ended.getString("createdAt"));
        assertThat(ended.getString("finishedAt")).isGreaterThanOrEqualTo(ended.getString("startedAt"));
    }

    @Test
    void aTitleIsMadeFromThePromptWhereNoneIsGiven() {
        long id = submit(editor, counting(workspace, Map.of("prompt", "x".repeat(100))));
        assertThat(run(editor, id).getString("title")).isEqualTo("x".repeat(79) + "…");
    }

    @Test
    void progressIsSeenWhileItCounts() throws InterruptedException {
        try (Gate gate = Gate.closed(Api.unique("gate"))) {
            long id = submit(editor, counting(workspace, Map.of("steps", 4, "gate", gate.name)));
            gate.awaitArrival();
            gate.letThrough(2);
            JsonPath half =
                    RunTesting.await("half of it", () -> run(editor, id), run -> run.getDouble("progress") == 0.5);
            assertThat(half.getString("status")).isEqualTo("RUNNING");
            assertThat(half.getString("worker")).isNotBlank();
            assertThat(half.getString("device")).isEqualTo("cpu");
        }
    }

    @Test
    void anIdenticalRequestIsAnsweredFromTheFirst() {
        Map<String, Object> body = counting(workspace, Map.of("prompt", "the same"));
        long first = submit(editor, body);
        awaitStatus(editor, first, "SUCCEEDED");

        // defaults spelt out are the same request; so is another title
        Map<String, Object> again = counting(workspace, Map.of("prompt", "the same", "steps", 0));
        again.put("title", "Another title");
        Response second = editor.request().body(again).post("/api/v1/runs");
        second.then()
                .statusCode(200)
                .body("id", equalTo((int) first))
                .body("existing", equalTo(true))
                .body("status", equalTo("SUCCEEDED"));
        assertThat(second.header("Location")).endsWith("/api/v1/runs/" + first);

        again.put("seed", 1);
        assertThat(submit(editor, again)).as("another seed").isNotEqualTo(first);
        body.put("fresh", true);
        assertThat(submit(editor, body)).as("fresh").isNotEqualTo(first);
        long elsewhere = Api.newWorkspace(editor, "elsewhere");
        assertThat(submit(editor, counting(elsewhere, Map.of("prompt", "the same"))))
                .as("another workspace")
                .isNotEqualTo(first);
    }

    @Test
    void twoIdenticalRequestsAtOnceMakeOneRun() {
        Actor actor = accounts.actor(editor.username());
        RunRequest request = request("at once");
        List<Long> ids = IntStream.range(0, 6)
                .parallel()
                .mapToObj(i -> runs.submit(actor, request).run().id())
                .toList();
        assertThat(ids).hasSize(6).containsOnly(ids.getFirst());
    }

    @Test
    void aFailedRunIsNoAnswerToAnIdenticalRequest() {
        Map<String, Object> body = counting(workspace, Map.of("ending", "user"));
        long first = submit(editor, body);
        awaitStatus(editor, first, "FAILED");
        assertThat(submit(editor, body)).isNotEqualTo(first);
    }

    @Test
    void repeatComputesAnewAndRetriesAFailedRun() {
        long first = submit(editor, counting(workspace, Map.of("ending", "user", "prompt", "fails")));
        awaitStatus(editor, first, "FAILED");
        Response repeated = editor.request().post("/api/v1/runs/{id}/repeat", first);
        repeated.then().statusCode(201).body("prompt", equalTo("fails"));
        long second = repeated.jsonPath().getLong("id");
        assertThat(second).isNotEqualTo(first);
        assertThat(repeated.header("Location")).endsWith("/api/v1/runs/" + second);
        awaitStatus(editor, second, "FAILED");
    }

    @Test
    void threeKindsOfFailureAreToldApart() {
        JsonPath user = awaitStatus(editor, submit(editor, counting(workspace, Map.of("ending", "user"))), "FAILED");
        assertThat(user.getString("failure.kind")).isEqualTo("user");
        assertThat(user.getString("failure.text")).isEqualTo("The thing is 3; expected 4.");

        JsonPath resources =
                awaitStatus(editor, submit(editor, counting(workspace, Map.of("ending", "resources"))), "FAILED");
        assertThat(resources.getString("failure.kind")).isEqualTo("resources");
        assertThat(resources.getString("failure.text")).isEqualTo("Needs 9 GB, there are 2 GB.");

        JsonPath memory =
                awaitStatus(editor, submit(editor, counting(workspace, Map.of("ending", "memory"))), "FAILED");
        assertThat(memory.getString("failure.kind")).isEqualTo("resources");
        assertThat(memory.getString("failure.text")).contains("out of memory");

        JsonPath internal =
                awaitStatus(editor, submit(editor, counting(workspace, Map.of("ending", "internal"))), "FAILED");
        assertThat(internal.getString("failure.kind")).isEqualTo("internal");
        assertThat(internal.getString("failure.text")).contains("incident").doesNotContain("secret");
    }

    @Test
    void aQueuedRunIsCancelledAtOnceAndLeavesTheQueue() throws InterruptedException {
        try (Gate gate = Gate.closed(Api.unique("gate"))) {
            long busy = submit(editor, counting(workspace, Map.of("steps", 1, "gate", gate.name)));
            gate.awaitArrival();
            long first = submit(editor, counting(workspace, Map.of("prompt", "waits first")));
            long second = submit(editor, counting(workspace, Map.of("prompt", "waits second")));
            assertThat(run(editor, first).getInt("queuePosition")).isEqualTo(1);
            assertThat(run(editor, second).getInt("queuePosition")).isEqualTo(2);
            editor.request()
                    .get("/api/v1/queue")
                    .then()
                    .statusCode(200)
                    .body("running.id", equalTo(List.of((int) busy)))
                    .body("waiting.id", equalTo(List.of((int) first, (int) second)))
                    .body("workers[0].alive", equalTo(true));

            editor.request()
                    .post("/api/v1/runs/{id}/cancel", first)
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("CANCELLED"));
            assertThat(database.number("select count(*) from scheduled_tasks where task_instance = ?", "" + first))
                    .isZero();
            assertThat(run(editor, second).getInt("queuePosition")).isEqualTo(1);
            editor.request().post("/api/v1/runs/{id}/cancel", first).then().statusCode(200);

            editor.request().delete("/api/v1/runs/{id}", busy).then().statusCode(409);
            editor.request().delete("/api/v1/runs/{id}", second).then().statusCode(204);
            editor.request().get("/api/v1/runs/{id}", second).then().statusCode(404);
        }
    }

    @Test
    void aRunningRunIsCancelledWithinASecond() throws InterruptedException {
        try (Gate gate = Gate.closed(Api.unique("gate"))) {
            long id = submit(editor, counting(workspace, Map.of("steps", 5, "gate", gate.name)));
            gate.awaitArrival();
            long asked = System.nanoTime();
            editor.request().post("/api/v1/runs/{id}/cancel", id).then().statusCode(200);
            awaitStatus(editor, id, "CANCELLED");
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(1));
            editor.request()
                    .get("/api/v1/runs/{id}/result", id)
                    .then()
                    .statusCode(409)
                    .body("detail", containsString("cancelled"));
        }
    }

    @Test
    void aCancelledRunIsResumedFromWhereItWas() throws InterruptedException {
        try (Gate gate = Gate.closed(Api.unique("gate"))) {
            long id = submit(editor, counting(workspace, Map.of("steps", 4, "gate", gate.name)));
            gate.awaitArrival();
            gate.letThrough(3);
            RunTesting.await("three steps", () -> run(editor, id), run -> run.getLong("done") == 3);
            assertConflict(id, "it is being computed");
            editor.request().post("/api/v1/runs/{id}/cancel", id).then().statusCode(200);
            JsonPath cancelled = awaitStatus(editor, id, "CANCELLED");
            assertThat(cancelled.getBoolean("resumable")).isTrue();
            assertThat(cancelled.getInt("checkpoint.done")).isEqualTo(3);
            assertThat(cancelled.getInt("checkpoint.total")).isEqualTo(4);

            JsonPath resumed = editor.request()
                    .post("/api/v1/runs/{id}/resume", id)
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("QUEUED"))
                    .body("cancelRequested", equalTo(false))
                    .body("resumable", equalTo(false))
                    .body("finishedAt", equalTo(null))
                    .extract()
                    .jsonPath();
            assertThat(resumed.getLong("id")).isEqualTo(id);
            gate.awaitArrival();
            assertThat(run(editor, id).getLong("kept")).isEqualTo(3);
            gate.letThrough(1); // the other three were counted before
            JsonPath ended = awaitStatus(editor, id, "SUCCEEDED");
            assertThat(ended.getInt("attempt")).isEqualTo(2);
            assertThat(ended.getString("checkpoint")).isNull();
            assertConflict(id, "it has its result");
        }
    }

    @Test
    void aRunThatFailedForWantOfResourcesCanBeResumedAndNoOther() throws InterruptedException {
        long resources = failedWithACheckpoint("resources");
        assertThat(run(editor, resources).getBoolean("resumable")).isTrue();
        editor.request().post("/api/v1/runs/{id}/resume", resources).then().statusCode(200);
        assertThat(awaitStatus(editor, resources, "FAILED").getInt("attempt")).isEqualTo(2);

        assertConflict(failedWithACheckpoint("user"), "nothing of it was kept");
        assertConflict(failedWithACheckpoint("internal"), "nothing of it was kept");
    }

    private long failedWithACheckpoint(String ending) throws InterruptedException {
        try (Gate gate = Gate.closed(Api.unique("gate"))) {
            long id = submit(editor, counting(workspace, Map.of("steps", 1, "gate", gate.name, "ending", ending)));
            gate.awaitArrival();
            database.update(
                    "insert into run_checkpoint (run_id, state, saved_at) values (?, ?, now())", id, new byte[] {1});
            gate.letThrough(1);
            awaitStatus(editor, id, "FAILED");
            return id;
        }
    }

    @Test
    void whatAnotherEngineBeganIsNotResumed() throws InterruptedException {
        long id = cancelledAfterOneStep();
        database.update("update run set engine_version = '0.0.1' where id = ?", id);
        assertConflict(id, "engine 0.0.1 began it");
    }

    @Test
    void aCheckpointThatNobodyResumesIsForgotten() throws InterruptedException {
        long id = cancelledAfterOneStep();
        database.update("update run_checkpoint set saved_at = now() - interval '8 days' where run_id = ?", id);
        awaitStatus(editor, submit(editor, counting(workspace, Map.of())), "SUCCEEDED");
        assertThat(run(editor, id).getBoolean("resumable")).isFalse();
        assertConflict(id, "nothing of it was kept");
    }

    private long cancelledAfterOneStep() throws InterruptedException {
        try (Gate gate = Gate.closed(Api.unique("gate"))) {
            long id = submit(editor, counting(workspace, Map.of("steps", 2, "gate", gate.name)));
            gate.awaitArrival();
            gate.letThrough(1);
            RunTesting.await("one step", () -> run(editor, id), run -> run.getLong("done") == 1);
            editor.request().post("/api/v1/runs/{id}/cancel", id).then().statusCode(200);
            assertThat(awaitStatus(editor, id, "CANCELLED").getBoolean("resumable"))
                    .isTrue();
            return id;
        }
    }

    private void assertConflict(long id, String reason) {
        editor.request()
                .post("/api/v1/runs/{id}/resume", id)
                .then()
                .statusCode(409)
                .body("detail", containsString("can't be resumed"))
                .body("detail", containsString(reason));
    }

    @Test
    void higherPriorityStartsFirst() throws InterruptedException {
        try (Gate gate = Gate.closed(Api.unique("gate"))) {
            submit(editor, counting(workspace, Map.of("steps", 1, "gate", gate.name)));
            gate.awaitArrival();
            long usual = submit(editor, counting(workspace, Map.of("prompt", "usual")));
            Map<String, Object> urgent = counting(workspace, Map.of("prompt", "urgent"));
            urgent.put("priority", 10);
            long first = submit(editor, urgent);
            assertThat(run(editor, first).getInt("queuePosition")).isEqualTo(1);
            gate.close();
            String urgentStart = awaitStatus(editor, first, "SUCCEEDED").getString("startedAt");
            assertThat(awaitStatus(editor, usual, "SUCCEEDED").getString("startedAt"))
                    .isGreaterThan(urgentStart);
        }
    }

    @Test
    void aRollbackLeavesNeitherRunNorTask() {
        Actor actor = accounts.actor(editor.username());
        QuarkusTransaction.begin();
        long id = runs.submit(actor, request("rolled back")).run().id();
        assertThat(database.number("select count(*) from scheduled_tasks where task_instance = ?", "" + id))
                .isOne();
        QuarkusTransaction.rollback();
        assertThat(database.number("select count(*) from run where id = ?", id)).isZero();
        assertThat(database.number("select count(*) from scheduled_tasks where task_instance = ?", "" + id))
                .isZero();
    }

    @Test
    void pagesHaveNoGapsOrRepeatsWhileRunsCome() {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Map<String, Object> body = counting(workspace, Map.of("prompt", "page " + i));
            body.put("title", i % 2 == 0 ? "even" : "odd");
            ids.add((int) submit(editor, body));
        }
        ids.forEach(id -> awaitStatus(editor, id, "SUCCEEDED"));
        for (String sort : List.of("created", "-created", "title", "-title", "finished", "-finished")) {
            List<Integer> seen = new ArrayList<>();
            String cursor = null;
            int pages = 0;
            do {
                var request = editor.request().queryParams(Map.of("workspace", workspace, "sort", sort, "limit", 3));
                JsonPath page = (cursor == null ? request : request.queryParam("cursor", cursor))
                        .get("/api/v1/runs")
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath();
                seen.addAll(page.getList("runs.id", Integer.class));
                cursor = page.getString("next");
                pages++;
                if (sort.equals("-created") && pages == 1) {
                    submit(editor, counting(workspace, Map.of("prompt", "came in between")));
                }
            } while (cursor != null);
            assertThat(seen).as(sort).doesNotHaveDuplicates().containsAll(ids);
            assertThat(pages).as(sort).isGreaterThanOrEqualTo(3);
            if (sort.equals("created")) {
                assertThat(seen).isSorted();
            }
        }
    }

    @Test
    void filtersAndSearchFindRuns() {
        Map<String, Object> body = counting(workspace, Map.of("prompt", "the capital of nowhere 100%"));
        body.put("title", "Needle");
        body.put("tags", List.of("odd one"));
        long needle = submit(editor, body);
        long hay = submit(editor, counting(workspace, Map.of("prompt", "hay", "ending", "user")));
        awaitStatus(editor, needle, "SUCCEEDED");
        awaitStatus(editor, hay, "FAILED");
        for (Map<String, Object> filter : List.<Map<String, Object>>of(
                Map.of("q", "NEEDLE capital"),
                Map.of("q", "100%"),
                Map.of("q", "odd"),
                Map.of("tag", "odd one"),
                Map.of("status", "succeeded"),
                Map.of("author", editor.username(), "model", "demo", "kind", "counting", "tag", "odd one"))) {
            editor.request()
                    .queryParam("workspace", workspace)
                    .queryParams(filter)
                    .get("/api/v1/runs")
                    .then()
                    .statusCode(200)
                    .body("runs.id", equalTo(List.of((int) needle)));
        }
        for (Map<String, Object> filter : List.<Map<String, Object>>of(
                Map.of("q", "1%0"), Map.of("q", "needle hay"), Map.of("tag", "odd"), Map.of("author", "nobody"))) {
            editor.request()
                    .queryParam("workspace", workspace)
                    .queryParams(filter)
                    .get("/api/v1/runs")
                    .then()
                    .statusCode(200)
                    .body("runs.id", equalTo(List.of()));
        }
        editor.request()
                .queryParam("cursor", "nonsense")
                .get("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("detail", containsString("cursor"));
        editor.request()
                .queryParam("status", "sleeping")
                .get("/api/v1/runs")
                .then()
                .statusCode(422);
        editor.request().queryParam("limit", "1000").get("/api/v1/runs").then().statusCode(422);
    }

    @Test
    void titleAndTagsCanBeChanged() {
        long id = submit(editor, counting(workspace, Map.of("prompt", "to be edited")));
        editor.request()
                .body(Map.of("title", "New", "tags", List.of("a")))
                .patch("/api/v1/runs/{id}", id)
                .then()
                .statusCode(200)
                .body("title", equalTo("New"))
                .body("tags", equalTo(List.of("a")));
        editor.request()
                .body(Map.of("tags", List.of()))
                .patch("/api/v1/runs/{id}", id)
                .then()
                .statusCode(200)
                .body("title", equalTo("New"))
                .body("tags", equalTo(List.of()));
    }

    @Test
    void aViewerReadsButCannotWrite() {
        User viewer = Api.newUser("viewer");
        Api.addMember(editor, workspace, viewer, "VIEWER");
        long id = submit(editor, counting(workspace, Map.of()));
        awaitStatus(editor, id, "SUCCEEDED");
        viewer.request().get("/api/v1/runs/{id}", id).then().statusCode(200);
        viewer.request().get("/api/v1/runs/{id}/result", id).then().statusCode(200);
        viewer.request()
                .body(counting(workspace, Map.of()))
                .post("/api/v1/runs")
                .then()
                .statusCode(403);
        viewer.request().post("/api/v1/runs/{id}/cancel", id).then().statusCode(403);
        viewer.request().post("/api/v1/runs/{id}/repeat", id).then().statusCode(403);
        viewer.request().post("/api/v1/runs/{id}/resume", id).then().statusCode(403);
        viewer.request()
                .body(Map.of("title", "x"))
                .patch("/api/v1/runs/{id}", id)
                .then()
                .statusCode(403);
        viewer.request().delete("/api/v1/runs/{id}", id).then().statusCode(403);
        viewer.request().get("/api/v1/runs/{id}", id).then().statusCode(200);
    }

    @Test
    void aStrangerCannotTellAForeignRunFromNone() {
        User stranger = Api.newUser("stranger");
        long id = submit(editor, counting(workspace, Map.of()));
        awaitStatus(editor, id, "SUCCEEDED");
        for (String path : List.of("", "/result", "/result.safetensors", "/result.csv")) {
            assertUnknown(stranger.request().get("/api/v1/runs/" + id + path), id);
            assertUnknown(stranger.request().get("/api/v1/runs/999999999" + path), 999_999_999);
        }
        assertUnknown(stranger.request().post("/api/v1/runs/" + id + "/cancel"), id);
        assertUnknown(stranger.request().post("/api/v1/runs/" + id + "/repeat"), id);
        assertUnknown(stranger.request().post("/api/v1/runs/" + id + "/resume"), id);
        assertUnknown(stranger.request().delete("/api/v1/runs/" + id), id);
        assertUnknown(stranger.request().body(Map.of("title", "x")).patch("/api/v1/runs/" + id), id);
        stranger.request()
                .queryParam("workspace", workspace)
                .get("/api/v1/runs")
                .then()
                .statusCode(404);
        stranger.request()
                .body(counting(workspace, Map.of()))
                .post("/api/v1/runs")
                .then()
                .statusCode(404);
        stranger.request().get("/api/v1/runs").then().statusCode(200).body("runs", equalTo(List.of()));
        run(editor, id);
    }

    private static void assertUnknown(Response response, long id) {
        response.then().statusCode(404).body("detail", equalTo("No run " + id + "."));
    }

    @Test
    void whatCannotBeIsRefusedInWords() {
        assertRefused(counting(workspace, Map.of("steps", 1001)), "steps is 1001");
        assertRefused(counting(workspace, Map.of("steps", "many")), "'steps' is \"many\"; expected a whole number");
        assertRefused(
                counting(workspace, Map.of("stepps", 1)),
                "Unknown parameter 'stepps' of counting; known: prompt, steps");
        assertRefused(counting(workspace, Map.of("prompt", " ")), "prompt is blank");
        assertRefused(counting(workspace, Map.of("prompt", "x".repeat(1_000_000))), "1000000 characters");

        assertRefused(counting(workspace, Map.of("prompt", "a\0b")), "'prompt' has a NUL character");
        editor.request().queryParam("q", "a\0b").get("/api/v1/runs").then().statusCode(400);

        Map<String, Object> kind = counting(workspace, Map.of());
        kind.put("kind", "guessing");
        assertRefused(kind, "kind is 'guessing'; known: attribution, circuit-test, counting, lens, patching");
        Map<String, Object> model = counting(workspace, Map.of());
        model.put("model", "gpt5");
        assertRefused(model, "no model named 'gpt5'; known: ");
        Map<String, Object> priority = counting(workspace, Map.of());
        priority.put("priority", 1000);
        assertRefused(priority, "priority is 1000");
        Map<String, Object> nowhere = counting(workspace, Map.of());
        nowhere.remove("workspace");
        assertRefused(nowhere, "workspace is missing");
        Map<String, Object> tags = counting(workspace, Map.of());
        tags.put("tags", List.of("x".repeat(51)));
        assertRefused(tags, "A tag has 1 to 50 characters");
    }

    private void assertRefused(Map<String, Object> body, String text) {
        editor.request()
                .body(body)
                .post("/api/v1/runs")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("detail", containsString(text));
    }

    private RunRequest request(String prompt) {
        return new RunRequest(
                workspace,
                "counting",
                "demo",
                null,
                List.of(),
                0,
                JsonNodeFactory.instance.objectNode().put("prompt", prompt),
                0,
                false);
    }
}
