package dev.unembed.hypothesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.unembed.base.Database;
import dev.unembed.run.CountingExperiment.Gate;
import dev.unembed.run.RunTesting;
import dev.unembed.testing.Api;
import dev.unembed.testing.Api.User;
import dev.unembed.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class HypothesisApiTest {
    private static final String ROOT = "/api/v1/hypotheses";
    private static final List<Map<String, String>> EXAMPLES = List.of(
            Map.of("prompt", "The capital of France is", "answer", " Paris", "foil", " Berlin"),
            Map.of("prompt", "The capital of Germany is", "answer", " Berlin", "foil", " Paris"));

    private final Database database;
    private User editor;
    private long workspace;

    HypothesisApiTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void signUp() {
        RunTesting.awaitDemoModel();
        editor = Api.newUser("editor");
        workspace = Api.newWorkspace(editor, "lab");
    }

    @Test
    void aHypothesisBeginsAsADraftWithTheUsualProtocol() {
        Map<String, Object> body = claim();
        body.remove("protocol");
        Response made = editor.request().body(body).post(ROOT);
        made.then()
                .statusCode(201)
                .body("title", equalTo("Two heads name the capital"))
                .body("claim", equalTo("They move its name to the end."))
                .body("state", equalTo("draft"))
                .body("model", equalTo("demo"))
                .body("author", equalTo(editor.username()))
                .body("versions", equalTo(1))
                .body("evidence", nullValue())
                .body("newest.number", equalTo(1))
                .body("newest.circuit", equalTo(List.of("L4H1", "L5H3@END")))
                .body("newest.examples.size()", equalTo(2))
                .body("newest.metric", equalTo("logit-diff"))
                .body("newest.protocol.universe", equalTo("heads"))
                .body("newest.protocol.ablation", equalTo("mean"))
                .body("newest.protocol.randomCircuits", equalTo(100))
                .body("newest.thresholds.sufficiency", equalTo(0.7f))
                .body("newest.heldOut", equalTo(0))
                .body("newest.frozen", nullValue());
        long id = made.jsonPath().getLong("id");
        assertThat(made.header("Location")).endsWith(ROOT + "/" + id);
        assertThat(get(id).getString("newest.modelDigest")).hasSize(64);
    }

    @Test
    void aPromptSetWithoutAVersionIsTheNewest() {
        long set = editor.request()
                .body(Map.of("workspace", workspace, "name", "Capitals", "examples", claim().get("examples")))
                .post("/api/v1/promptsets")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getLong("promptSet");
        Map<String, Object> body = claim();
        body.remove("examples");
        body.put("promptSet", Map.of("id", set));

        assertThat(get(create(body)).getInt("newest.promptSet.version")).isEqualTo(1);
    }

    @Test
    void aTitleIsMadeFromTheClaimWhereNoneIsGivenAndCanBeChanged() {
        Map<String, Object> body = claim();
        body.remove("title");
        long id = create(body);
        assertThat(get(id).getString("title")).isEqualTo("They move its name to the end.");

        editor.request()
                .body(Map.of("title", " Movers "))
                .patch(ROOT + "/" + id)
                .then()
                .statusCode(200)
                .body("title", equalTo("Movers"))
                .body("versions", equalTo(1));
    }

    @Test
    void everySaveIsANewVersionThatKeepsWhatItLeavesOut() {
        Map<String, Object> first = claim();
        first.put("classes", Map.of("mover", List.of("L4H1", "L5H3@END")));
        first.put("protocol", Map.of("ablation", "zero"));
        long id = create(first);

        Response saved = editor.request()
                .body(Map.of("circuit", "L4H1, L3H0", "protocol", Map.of("randomCircuits", 20), "note", "L3H0 instead"))
                .post(ROOT + "/" + id + "/versions");
        saved.then()
                .statusCode(201)
                .body("number", equalTo(2))
                .body("state", equalTo("draft"))
                .body("claim", equalTo("They move its name to the end."))
                .body("circuit", equalTo(List.of("L4H1", "L3H0")))
                .body("classes", equalTo(Map.of("mover", List.of("L4H1"))))
                .body("protocol.ablation", equalTo("zero"))
                .body("protocol.randomCircuits", equalTo(20))
                .body("note", equalTo("L3H0 instead"));
        assertThat(saved.header("Location")).endsWith(ROOT + "/" + id + "/versions/2");

        editor.request()
                .body(Map.of("seed", 7))
                .post(ROOT + "/" + id + "/versions?from=1")
                .then()
                .statusCode(201)
                .body("number", equalTo(3))
                .body("seed", equalTo(7))
                .body("circuit", equalTo(List.of("L4H1", "L5H3@END")));
        assertThat(version(id, 1).getList("circuit")).containsExactly("L4H1", "L5H3@END");
        editor.request()
                .get(ROOT + "/" + id + "/versions")
                .then()
                .statusCode(200)
                .body("number", equalTo(List.of(3, 2, 1)));
        assertThat(get(id).getInt("versions")).isEqualTo(3);
    }

    @Test
    void aFreezePutsHashTimeAndPersonOnRecordOnce() throws Exception {
        long id = create(claim());
        User other = Api.newUser("colleague");
        Api.addMember(editor, workspace, other, "EDITOR");

        JsonPath frozen = freeze(editor, id, 1);
        assertThat(frozen.getString("state")).isEqualTo("frozen");
        assertThat(frozen.getString("frozen.by")).isEqualTo(editor.username());
        String canonical =
                editor.request().get(ROOT + "/" + id + "/versions/1/canonical").asString();
        assertThat(frozen.getString("frozen.hash"))
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(canonical.getBytes(StandardCharsets.UTF_8))));

        assertThat(freeze(other, id, 1).getMap("frozen")).isEqualTo(frozen.getMap("frozen"));
    }

    @Test
    void theDatabaseRefusesToChangeAVersion() {
        long id = create(claim());
        assertThatThrownBy(() -> database.update(
                        "update hypothesis_version set content = content || '{\"seed\": 9}' where hypothesis_id = ?",
                        id))
                .hasMessageContaining("version 1 of hypothesis " + id + " is immutable");
        freeze(editor, id, 1);
        assertThatThrownBy(() -> database.update("""
                        update hypothesis_version set frozen_hash = null, frozen_at = null, frozen_by = null
                        where hypothesis_id = ?""", id)).hasMessageContaining("is immutable");
    }

    @Test
    void onlyWhatIsFrozenIsTestedAndOneTestAtATime() throws InterruptedException {
        long id = create(claim());
        editor.request()
                .post(ROOT + "/" + id + "/versions/1/test")
                .then()
                .statusCode(409)
                .body("detail", containsString("Version 1 isn't frozen. Freeze it first"));
        freeze(editor, id, 1);
        try (Gate gate = Gate.closed(Api.unique("gate"))) {
            // the worker's only place is taken, so the test waits
            RunTesting.submit(editor, RunTesting.counting(workspace, Map.of("steps", 1, "gate", gate.name)));
            gate.awaitArrival();
            long run = test(id, 1);
            assertThat(get(id).getString("state")).isEqualTo("testing");
            assertThat(get(id).getLong("newest.testing")).isEqualTo(run);
            editor.request()
                    .post(ROOT + "/" + id + "/versions/1/test")
                    .then()
                    .statusCode(409)
                    .body("detail", containsString("being tested already"));

            editor.request().post("/api/v1/runs/{run}/cancel", run).then().statusCode(200);
            RunTesting.awaitStatus(editor, run, "CANCELLED");
            assertThat(get(id).getString("state"))
                    .as("a cancelled test says nothing")
                    .isEqualTo("frozen");
        }
    }

    @Test
    void aTestCarriesTheWholeVersionInItsParameters() {
        Map<String, Object> body = claim();
        body.put("classes", Map.of("mover", List.of("L4H1")));
        body.put("seed", 3);
        body.put("thresholds", Map.of("sufficiency", 0.8));
        long id = create(body);
        freeze(editor, id, 1);
        JsonPath run = RunTesting.run(editor, test(id, 1));

        assertThat(run.getString("kind")).isEqualTo("circuit-test");
        assertThat(run.getString("title")).isEqualTo("Two heads name the capital · version 1");
        assertThat(run.getInt("seed")).isEqualTo(3);
        assertThat(run.getList("params.circuit")).containsExactly("L4H1", "L5H3@END");
        assertThat(run.getList("params.classes.mover")).containsExactly("L4H1");
        assertThat(run.getList("params.examples.prompt"))
                .containsExactly("The capital of France is", "The capital of Germany is");
        assertThat(run.getString("params.universe")).isEqualTo("heads");
        assertThat(run.getFloat("params.thresholds.sufficiency")).isEqualTo(0.8f);
        assertThat(run.getFloat("params.thresholds.necessity")).isEqualTo(0.3f);
        editor.request()
                .get(ROOT + "/" + id + "/versions/1/tests")
                .then()
                .statusCode(200)
                .body("id", equalTo(List.of(run.getInt("id"))));
    }

    @Test
    void statesFollowTheNewestFinishedTest() {
        long id = create(claim());
        freeze(editor, id, 1);
        for (String label : List.of("supported", "protocol-dependent", "inconclusive", "refuted")) {
            long run = finishedTest(id, 1, label);
            JsonPath now = get(id);
            assertThat(now.getString("state")).isEqualTo(label);
            assertThat(now.getLong("evidence.run")).isEqualTo(run);
            assertThat(now.getString("evidence.label")).isEqualTo(label);
            assertThat(now.getDouble("evidence.summary.share")).isEqualTo(0.78);
            assertThat(list("state=" + label)).containsExactly(id);
        }
        assertThat(list("state=supported")).isEmpty();

        editor.request()
                .body(Map.of("circuit", List.of("L4H1")))
                .post(ROOT + "/" + id + "/versions")
                .then()
                .statusCode(201)
                .body("evidence", nullValue());
        assertThat(get(id).getString("state")).as("a new version is untested").isEqualTo("draft");
        assertThat(get(id).getInt("evidence.version")).isEqualTo(1);
        assertThat(version(id, 1).getString("state")).isEqualTo("refuted");
    }

    @Test
    void aTestEndsInAVerdictWithItsDeclaration() {
        Map<String, Object> body = claim();
        body.put("protocol", Map.of("randomCircuits", 20));
        long id = create(body);
        freeze(editor, id, 1);
        long run = test(id, 1);
        RunTesting.awaitStatus(editor, run, "SUCCEEDED");

        JsonPath result = editor.request()
                .get("/api/v1/runs/{run}/result", run)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(result.getString("verdict.label")).isEqualTo(get(id).getString("state"));
        assertThat(result.getString("verdict.sentence")).startsWith("These 2 of ");
        assertThat(result.getString("protocol.ablation")).isEqualTo("mean");
        assertThat(result.getList("protocol.circuit")).containsExactly("L4H1", "L5H3@END");
        assertThat(get(id).getDouble("evidence.summary.sufficiency"))
                .isEqualTo(result.getDouble("sufficiency.ratioOfMeans"));
    }

    @Test
    void evidenceStaysWhileTheClaimStands() {
        long id = create(claim());
        freeze(editor, id, 1);
        long run = finishedTest(id, 1, "refuted");
        editor.request()
                .delete("/api/v1/runs/{run}", run)
                .then()
                .statusCode(409)
                .body("detail", containsString("is the evidence of a hypothesis"));

        editor.request().delete(ROOT + "/" + id).then().statusCode(204);
        editor.request().get(ROOT + "/" + id).then().statusCode(404);
        RunTesting.run(editor, run);
        editor.request().delete("/api/v1/runs/{run}", run).then().statusCode(204);
    }

    @Test
    void twoVersionsAreComparedWithTheirEvidence() {
        long id = create(claim());
        freeze(editor, id, 1);
        finishedTest(id, 1, "refuted");
        editor.request()
                .body(Map.of("circuit", "L4H1, L3H0", "protocol", Map.of("ablation", "zero")))
                .post(ROOT + "/" + id + "/versions")
                .then()
                .statusCode(201);

        editor.request()
                .get(ROOT + "/" + id + "/compare?from=1&to=2")
                .then()
                .statusCode(200)
                .body("added", equalTo(List.of("L3H0")))
                .body("removed", equalTo(List.of("L5H3@END")))
                .body("kept", equalTo(List.of("L4H1")))
                .body("changes.field", equalTo(List.of("protocol.ablation")))
                .body("changes.from", equalTo(List.of("mean")))
                .body("changes.to", equalTo(List.of("zero")))
                .body("from.evidence.label", equalTo("refuted"))
                .body("to.evidence", nullValue());
        editor.request()
                .get(ROOT + "/" + id + "/compare?from=1&to=9")
                .then()
                .statusCode(404)
                .body("detail", equalTo("Hypothesis " + id + " has no version 9; it has 1 to 2."));
    }

    @Test
    void theListIsFilteredAndPaged() {
        List<Long> ids = new ArrayList<>();
        for (String title : List.of("One about France", "Two", "Three about france")) {
            Map<String, Object> body = claim();
            body.put("title", title);
            ids.add(create(body));
        }
        assertThat(list("q=france")).containsExactly(ids.get(2), ids.get(0));
        assertThat(list("q=move FRANCE")).containsExactly(ids.get(2), ids.get(0));
        assertThat(list("model=DEMO")).hasSize(3);
        assertThat(list("model=gpt5")).isEmpty();
        assertThat(list("state=draft")).hasSize(3);

        JsonPath page = editor.request()
                .get(ROOT + "?limit=2&workspace=" + workspace)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(page.getList("hypotheses.id", Long.class)).containsExactly(ids.get(2), ids.get(1));
        assertThat(list("limit=2&cursor=" + page.getString("next"))).containsExactly(ids.get(0));
    }

    @Test
    void viewersReadAndStrangersKnowNothing() {
        long id = create(claim());
        User viewer = Api.newUser("viewer");
        Api.addMember(editor, workspace, viewer, "VIEWER");
        viewer.request().get(ROOT + "/" + id).then().statusCode(200);
        viewer.request().get(ROOT + "/" + id + "/versions/1/tests").then().statusCode(200);
        viewer.request().body(claim()).post(ROOT).then().statusCode(403);
        viewer.request().post(ROOT + "/" + id + "/versions/1/freeze").then().statusCode(403);
        viewer.request()
                .body(Map.of())
                .post(ROOT + "/" + id + "/versions")
                .then()
                .statusCode(403);
        viewer.request().delete(ROOT + "/" + id).then().statusCode(403);

        User stranger = Api.newUser("stranger");
        String one = ROOT + "/" + id;
        for (Response answer : List.of(
                stranger.request().get(one),
                stranger.request().get(one + "/versions"),
                stranger.request().get(one + "/versions/1"),
                stranger.request().get(one + "/versions/1/canonical"),
                stranger.request().get(one + "/versions/1/tests"),
                stranger.request().get(one + "/compare?from=1&to=1"),
                stranger.request().post(one + "/versions/1/freeze"),
                stranger.request().post(one + "/versions/1/test"),
                stranger.request().body(Map.of()).post(one + "/versions"),
                stranger.request().body(Map.of("title", "x")).patch(one),
                stranger.request().delete(one))) {
            answer.then().statusCode(404).body("detail", equalTo("No hypothesis " + id + "."));
        }
        stranger.request().body(claim()).post(ROOT).then().statusCode(404);
        stranger.request().get(ROOT + "?workspace=" + workspace).then().statusCode(404);
        stranger.request().get(ROOT).then().statusCode(200).body("hypotheses", equalTo(List.of()));
    }

    @Test
    void whatCannotBeTestedIsRefusedInWords() {
        assertRefused("circuit", List.of("L9H0"), "L9H0 isn't in this model: its layers are 0 to 5.");
        assertRefused("circuit", "L0H99", "L0H99 isn't in this model: its heads are 0 to");
        assertRefused("circuit", "MLP0", "MLP0 is outside of the universe, which holds heads only");
        assertRefused("circuit", "embed", "'embed' can't be part of a circuit");
        assertRefused("circuit", "L0H0@S2", "the prompts have no position 'S2' in common; known are END");
        assertRefused("circuit", List.of(), "circuit is empty");
        assertRefused("circuit", 7, "circuit is 7; expected a list of names");
        assertRefused("circuit", null, "circuit is missing");
        assertRefused("claim", " ", "claim is missing");
        assertRefused("metric", "probability", "metric is 'probability'; known: logit-diff");
        assertRefused("heldOut", 5, "only a generated prompt set can be continued");
        assertRefused("examples", null, "Neither promptSet nor examples is given");
        assertRefused("examples", List.of(Map.of("prompt", "The capital of France is", "answer", " Paris")), "foil");
        assertRefused("protocol", Map.of("ablation", "noise"), "ablation is 'noise'; expected zero, mean, resample");
        assertRefused("protocol", Map.of("reference", "counterparts"), "counterparts");
        assertRefused("thresholds", Map.of("necessity", 30), "thresholds.necessity is 30.0; expected a share");
        assertRefused("model", "gpt5", "no model named 'gpt5'; known: ");
        assertRefused("model", null, "model is missing");
        assertRefused("workspace", null, "workspace is missing");
    }

    @Test
    void aSuggestionTakesTheLargestVotesOfAnAttribution() {
        long run = RunTesting.submit(
                editor,
                Map.of(
                        "workspace",
                        workspace,
                        "kind",
                        "attribution",
                        "model",
                        "demo",
                        "params",
                        Map.of("examples", EXAMPLES, "detail", false)));
        RunTesting.awaitStatus(editor, run, "SUCCEEDED");
        JsonPath votes = editor.request().get("/api/v1/runs/{run}/result", run).jsonPath();
        Map<String, Float> means = new HashMap<>();
        List<String> names = votes.getList("components.name", String.class);
        List<Float> scores = votes.getList("components.mean", Float.class);
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).matches("L\\d+H\\d+")) {
                means.put(names.get(i), scores.get(i));
            }
        }
        List<String> largest = means.entrySet().stream()
                .sorted((a, b) -> Float.compare(Math.abs(b.getValue()), Math.abs(a.getValue())))
                .limit(3)
                .map(Map.Entry::getKey)
                .toList();

        editor.request()
                .get(ROOT + "/suggestion?size=3&run=" + run)
                .then()
                .statusCode(200)
                .body("by", equalTo("vote"))
                .body("model", equalTo("demo"))
                .body("scores.name", equalTo(largest))
                .body("circuit", equalTo(largest.stream().sorted().toList()));
    }

    @Test
    void aSuggestionNeedsARunWithScores() {
        long run = RunTesting.submit(editor, RunTesting.lens(workspace, Map.of("prompt", "The capital of France is")));
        editor.request()
                .get(ROOT + "/suggestion?run=" + run)
                .then()
                .statusCode(422)
                .body("detail", containsString("is of kind lens; a suggestion is made from an attribution"));
    }

    private void assertRefused(String field, @Nullable Object value, String words) {
        Map<String, Object> body = claim();
        if (value == null) {
            body.remove(field);
        } else {
            body.put(field, value);
        }
        editor.request()
                .body(body)
                .post(ROOT)
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("detail", containsString(words));
    }

    private Map<String, Object> claim() {
        Map<String, Object> body = new HashMap<>();
        body.put("workspace", workspace);
        body.put("title", "Two heads name the capital");
        body.put("model", "demo");
        body.put("claim", "They move its name to the end.");
        body.put("examples", EXAMPLES);
        body.put("circuit", List.of("L4H1", "L5H3@END"));
        // a test then takes a second
        body.put("protocol", Map.of("randomCircuits", 2));
        return body;
    }

    private long create(Map<String, Object> body) {
        return editor.request()
                .body(body)
                .post(ROOT)
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getLong("id");
    }

    private JsonPath get(long id) {
        return editor.request()
                .get(ROOT + "/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private JsonPath version(long id, int number) {
        return editor.request()
                .get(ROOT + "/" + id + "/versions/" + number)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private JsonPath freeze(User user, long id, int number) {
        return user.request()
                .post(ROOT + "/" + id + "/versions/" + number + "/freeze")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private long test(long id, int number) {
        return editor.request()
                .post(ROOT + "/" + id + "/versions/" + number + "/test")
                .then()
                .statusCode(201)
                .body("version", equalTo(number))
                .extract()
                .jsonPath()
                .getLong("id");
    }

    /** A test that has run, with a verdict as a circuit test would leave it. */
    private long finishedTest(long id, int number, String label) {
        long run = test(id, number);
        RunTesting.awaitStatus(editor, run, "SUCCEEDED");
        database.update(
                "update run set summary = ?::jsonb where id = ?",
                "{\"verdict\": \"" + label + "\", \"share\": 0.78}",
                run);
        return run;
    }

    private List<Long> list(String query) {
        return editor.request()
                .get(ROOT + "?" + query)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("hypotheses.id", Long.class);
    }
}
