package dev.unembed.product;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Web and workers as separate processes on one data folder; workers die as they do in real life. */
class WorkerCrashIT {
    private static final String TOKEN = "crash-test-token";
    private static final Set<String> FINAL = Set.of("SUCCEEDED", "FAILED", "CANCELLED");

    @Test
    void aKilledWorkersRunIsFinishedOnceByAnother(@TempDir Path folder) throws Exception {
        Path models = folder.resolve("models");
        new RandomModel(12, 512, 50_000, 512).write(models.resolve("random"));
        Path data = folder.resolve("data");
        Map<String, String> environment = Map.of("UNEMBED_BOOTSTRAP_TOKEN", TOKEN, "UNEMBED_MODELS", models.toString());

        try (ProductProcess web = ProductProcess.start("web", data, environment).awaitReady()) {
            ProductProcess.await(
                    "the random model",
                    Duration.ofMinutes(1),
                    () -> api(web).get("/api/v1/models/random").statusCode() == 200);
            try (ProductProcess first = ProductProcess.start("worker", data, environment)) {
                long run = submit(web);
                awaitProgress(web, run);
                String firstWorker = run(web, run).getString("worker");

                first.kill();
                try (ProductProcess second = ProductProcess.start("worker", data, environment)) {
                    ProductProcess.await(
                            "the end of the run\n" + second.logTail(),
                            Duration.ofMinutes(4),
                            () -> FINAL.contains(run(web, run).getString("status")));
                    JsonPath finished = run(web, run);
                    assertThat(finished.getString("status")).isEqualTo("SUCCEEDED");
                    assertThat(finished.getInt("attempt")).isEqualTo(2);
                    assertThat(finished.getString("worker")).isNotEqualTo(firstWorker);
                    JsonPath result = api(web).get("/api/v1/runs/" + run + "/result")
                            .then()
                            .statusCode(200)
                            .extract()
                            .jsonPath();
                    assertThat(result.getFloat("selfCheck.maxAbsLogitDiff")).isBetween(0f, 1e-4f);

                    long repeated = api(web).post("/api/v1/runs/" + run + "/repeat")
                            .then()
                            .statusCode(201)
                            .extract()
                            .jsonPath()
                            .getLong("id");
                    awaitProgress(web, repeated);
                    long asked = System.nanoTime();
                    api(web).post("/api/v1/runs/" + repeated + "/cancel").then().statusCode(200);
                    ProductProcess.await(
                            "the cancelled run",
                            Duration.ofSeconds(10),
                            () -> FINAL.contains(run(web, repeated).getString("status")));
                    assertThat(run(web, repeated).getString("status")).isEqualTo("CANCELLED");
                    System.out.printf("cancelled within %d ms%n", (System.nanoTime() - asked) / 1_000_000);
                }
            }
        }
        assertThat(Files.exists(data.resolve("postgres/cluster/postmaster.pid")))
                .as("the last process out stops the embedded server")
                .isFalse();
    }

    private static long submit(ProductProcess web) {
        List<Integer> tokens =
                IntStream.range(0, 512).map(i -> 7 * i + 3).boxed().toList();
        return api(web).body(Map.of(
                        "workspace", "Demo", "kind", "lens", "model", "random", "params", Map.of("tokens", tokens)))
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getLong("id");
    }

    private static void awaitProgress(ProductProcess web, long run) throws InterruptedException {
        ProductProcess.await("progress of run " + run, Duration.ofMinutes(2), () -> {
            JsonPath now = run(web, run);
            assertThat(now.getString("status"))
                    .as("run %s: %s", run, now.getString("failure"))
                    .isIn("QUEUED", "RUNNING");
            return now.getLong("done") > 0;
        });
    }

    private static JsonPath run(ProductProcess web, long id) {
        return api(web).get("/api/v1/runs/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static RequestSpecification api(ProductProcess web) {
        return given().baseUri(web.uri("").toString())
                .header("Authorization", "Bearer " + TOKEN)
                .contentType("application/json");
    }
}
