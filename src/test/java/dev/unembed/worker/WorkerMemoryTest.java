package dev.unembed.worker;

import static dev.unembed.run.RunTesting.await;
import static dev.unembed.run.RunTesting.awaitDemoModel;
import static dev.unembed.run.RunTesting.awaitStatus;
import static dev.unembed.run.RunTesting.counting;
import static dev.unembed.run.RunTesting.lens;
import static dev.unembed.run.RunTesting.submit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.model.ModelRegistry;
import dev.unembed.run.CountingExperiment.Gate;
import dev.unembed.testing.Api;
import dev.unembed.testing.Api.User;
import dev.unembed.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to a run when there is less memory than it or its model would like. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class WorkerMemoryTest {
    private final ModelRegistry models;
    private final GpuWorker worker;

    private User editor;
    private long workspace;

    WorkerMemoryTest(ModelRegistry models, GpuWorker worker) {
        this.models = models;
        this.worker = worker;
    }

    @BeforeEach
    void signUp() {
        awaitDemoModel();
        editor = Api.newUser("editor");
        workspace = Api.newWorkspace(editor, "lab");
    }

    @Test
    void aModelThatDoesNotFitWholeIsStreamed() throws InterruptedException {
        ModelFolder demo = models.folder("demo");
        assertThat(demo.streamedBytes()).isLessThan(demo.memoryBytes());
        try (Gate busy = Gate.closed(Api.unique("busy"))) {
            submit(editor, counting(workspace, Map.of("steps", 1, "gate", busy.name)));
            busy.awaitArrival(); // the usual worker is occupied, so the small one takes what comes
            try (GpuWorker.Running small = worker.start("small", demo.memoryBytes() - 1)) {
                long id = submit(editor, lens(workspace, Map.of("prompt", "The capital of " + Api.unique("town"))));
                assertThat(awaitStatus(editor, id, "SUCCEEDED").getString("worker"))
                        .isEqualTo("small");
                await(
                        "the small worker's streamed model",
                        () -> editor.request().get("/api/v1/queue").jsonPath(),
                        queue -> Boolean.TRUE.equals(
                                queue.get("workers.find { it.name == 'small' }.warmModels[0].streamed")));
            }
        }
    }

    @Test
    void aModelThatDoesNotFitAtAllIsRefusedWithTheFigures() throws InterruptedException {
        try (Gate busy = Gate.closed(Api.unique("busy"))) {
            submit(editor, counting(workspace, Map.of("steps", 1, "gate", busy.name)));
            busy.awaitArrival();
            try (GpuWorker.Running tiny = worker.start("tiny", 1_000_000)) {
                long id = submit(editor, lens(workspace, Map.of("prompt", "The capital of " + Api.unique("town"))));
                JsonPath failed = awaitStatus(editor, id, "FAILED");
                assertThat(failed.getString("failure.kind")).isEqualTo("resources");
                assertThat(failed.getString("failure.text"))
                        .contains("Model 'demo' needs 6 MB of memory")
                        .contains("when its blocks are streamed")
                        .contains("may occupy 1 MB")
                        .contains("unembed.worker.model-memory");
            }
        }
    }

    @Test
    void aFailedAllocationFailsItsRunAndNothingElse() {
        long id = submit(editor, counting(workspace, Map.of("steps", 1, "ending", "allocation")));
        JsonPath failed = awaitStatus(editor, id, "FAILED");
        assertThat(failed.getString("failure.kind")).isEqualTo("resources");
        assertThat(failed.getString("failure.text")).contains("isn't enough memory");

        long next = submit(editor, lens(workspace, Map.of("prompt", "The capital of " + Api.unique("town"))));
        assertThat(awaitStatus(editor, next, "SUCCEEDED").getString("worker")).isEqualTo(failed.getString("worker"));
    }
}
