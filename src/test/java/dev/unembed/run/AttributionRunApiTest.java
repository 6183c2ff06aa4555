package dev.unembed.run;

import static dev.unembed.run.RunTesting.attribution;
import static dev.unembed.run.RunTesting.awaitStatus;
import static dev.unembed.run.RunTesting.patching;
import static dev.unembed.run.RunTesting.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;

import dev.unembed.testing.Api;
import dev.unembed.testing.Api.User;
import dev.unembed.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attribution with the bundled model, through REST. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class AttributionRunApiTest {
    private static final Map<String, Object> FRANCE =
            Map.of("prompt", "The capital of France is", "answer", " Paris", "foil", " Rome");

    private User editor;
    private long workspace;

    @BeforeEach
    void signUp() {
        RunTesting.awaitDemoModel();
        editor = Api.newUser("editor");
        workspace = Api.newWorkspace(editor, "lab");
    }

    @Test
    void theLinesOfEveryExampleSumToItsLogitDifference() {
        long id = submit(editor, attribution(workspace, Map.of("examples", List.of(FRANCE))));
        JsonPath run = awaitStatus(editor, id, "SUCCEEDED");
        assertThat(run.getString("params.metric")).as("defaults are stored").isEqualTo("logit-diff");
        assertThat(run.getString("summary.beside")).isEqualTo("1 of 1 right");
        JsonPath result = editor.request().get("/api/v1/runs/{id}/result", id).jsonPath();
        double difference = result.getDouble("examples[0].logitDiff");
        assertThat(difference).isPositive();
        assertThat(result.getDouble("examples[0].sum")).isCloseTo(difference, within(1e-3));
        List<List<Float>> values = result.getList("components.values");
        assertThat(values.stream().mapToDouble(v -> v.getFirst()).sum()).isCloseTo(difference, within(1e-3));
        assertThat(result.getList("components.name", String.class))
                .startsWith("embed", "pos_embed", "L0H0")
                .contains("L5H7", "attn_bias5", "MLP5")
                .endsWith("ln_final_bias");
        assertThat(result.getList("sources.tokens")).hasSize(6);
        String csv = editor.request()
                .accept("*/*")
                .get("/api/v1/runs/{id}/result.csv", id)
                .asString();
        assertThat(csv).startsWith("component,mean,").contains("\r\nL1H2,");
    }

    @Test
    void whatCanNotBeAttributedIsRefusedAtOnce() {
        assertRefused(Map.of(), "There are no examples");
        assertRefused(with("answer", " Parisian town"), "Example 1: ");
        assertRefused(with("prompt", "a\0b"), "'examples' has a NUL character");
        assertRefused(with("positions", Map.of("S\0", List.of(0, 3))), "'examples' has a NUL character");
    }

    @Test
    void votesAndEffectsOfTheSamePromptsFindEachOther() {
        Map<String, Object> pair = new HashMap<>(FRANCE);
        pair.put("corrupted", "The capital of Italy is");
        long votes = submit(editor, attribution(workspace, Map.of("examples", List.of(FRANCE))));
        long effects = submit(editor, patching(workspace, Map.of("examples", List.of(pair))));
        long stream = submit(editor, patching(workspace, Map.of("examples", List.of(pair), "site", "attn_out")));
        long others = submit(editor, patching(workspace, Map.of("examples", List.of(pair, pair))));
        long logit = submit(editor, attribution(workspace, Map.of("examples", List.of(FRANCE), "metric", "logit")));
        long elsewhere = Api.newWorkspace(editor, "elsewhere");
        long foreign = submit(editor, patching(elsewhere, Map.of("examples", List.of(pair))));
        for (long id : List.of(votes, effects, stream, others, logit, foreign)) {
            awaitStatus(editor, id, "SUCCEEDED");
        }

        assertThat(counterparts(votes)).containsExactly(effects);
        assertThat(counterparts(effects)).containsExactly(votes);
        assertThat(counterparts(stream)).isEmpty();
        assertThat(counterparts(others)).isEmpty();
        assertThat(counterparts(logit)).isEmpty();
        Api.newUser("stranger")
                .request()
                .get("/api/v1/runs/{id}/counterparts", votes)
                .then()
                .statusCode(404);
    }

    private List<Long> counterparts(long id) {
        return editor.request()
                .get("/api/v1/runs/{id}/counterparts", id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("id", Long.class);
    }

    private static Map<String, Object> with(String field, Object value) {
        Map<String, Object> example = new HashMap<>(FRANCE);
        example.put(field, value);
        return Map.of("examples", List.of(example));
    }

    private void assertRefused(Map<String, Object> params, String reason) {
        editor.request()
                .body(attribution(workspace, params))
                .post("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("detail", containsString(reason));
    }
}
