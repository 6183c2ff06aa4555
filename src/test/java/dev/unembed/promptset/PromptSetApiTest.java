package dev.unembed.promptset;

import static dev.unembed.run.RunTesting.awaitDemoModel;
import static dev.unembed.run.RunTesting.awaitStatus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.unembed.base.Database;
import dev.unembed.testing.Api;
import dev.unembed.testing.Api.User;
import dev.unembed.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Prompt sets over HTTP, from making one to the run that reads it. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class PromptSetApiTest {
    private static final Map<String, Object> FRANCE = Map.of(
            "prompt", "The capital of France is",
            "answer", " Paris",
            "foil", " Rome",
            "corrupted", "The capital of Italy is",
            "positions", Map.of("subject", List.of(15, 21)));
    private static final Map<String, Object> SPAIN =
            Map.of("prompt", "The capital of Spain is", "answer", " Madrid", "foil", " Berlin");

    @Inject
    Database database;

    private User editor;
    private long workspace;

    @BeforeEach
    void workspace() {
        awaitDemoModel();
        editor = Api.newUser("editor");
        workspace = Api.newWorkspace(editor, "prompts");
    }

    private JsonPath create(Map<String, Object> more) {
        Map<String, Object> body = new HashMap<>(more);
        body.put("workspace", workspace);
        body.putIfAbsent("name", "Set");
        return editor.request()
                .body(body)
                .post("/api/v1/promptsets")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath();
    }

    private long capitals() {
        return create(Map.of("examples", List.of(FRANCE, SPAIN))).getLong("promptSet");
    }

    @Test
    void everySaveIsANewVersionAndOldOnesStay() {
        long id = capitals();
        editor.request()
                .body(Map.of(
                        "examples",
                        List.of(FRANCE, Map.of("prompt", "The capital of Spain is", "answer", " Madrid")),
                        "note",
                        "without a foil",
                        "basedOn",
                        1))
                .post("/api/v1/promptsets/{id}/versions", id)
                .then()
                .statusCode(201)
                .body("version", equalTo(2))
                .body("note", equalTo("without a foil"))
                .body("author", equalTo(editor.username()))
                .header("Location", containsString("/promptsets/" + id + "/versions/2"));
        editor.request()
                .get("/api/v1/promptsets/{id}/versions/1", id)
                .then()
                .body("examples[1].foil", equalTo(" Berlin"))
                .body("examples[0].positions.subject", equalTo(List.of(15, 21)))
                .body("sha256", org.hamcrest.Matchers.matchesPattern("[0-9a-f]{64}"));
        editor.request()
                .get("/api/v1/promptsets/{id}/versions", id)
                .then()
                .body("version", equalTo(List.of(2, 1)))
                .body("[0]", org.hamcrest.Matchers.not(org.hamcrest.Matchers.hasKey("examples")));
        editor.request()
                .get("/api/v1/promptsets/{id}/diff?from=1&to=2", id)
                .then()
                .body("changed", hasSize(1))
                .body("changed[0].fields", equalTo(List.of("foil")))
                .body("unchanged", equalTo(1));
        editor.request()
                .get("/api/v1/promptsets?workspace=" + workspace)
                .then()
                .body("", hasSize(1))
                .body("[0].version", equalTo(2))
                .body("[0].count", equalTo(2));
    }

    @Test
    void whatChangedMeanwhileOrNotAtAllIsNotSaved() {
        long id = capitals();
        editor.request()
                .body(Map.of("examples", List.of(FRANCE, SPAIN)))
                .post("/api/v1/promptsets/{id}/versions", id)
                .then()
                .statusCode(409)
                .body("detail", containsString("Nothing changed"));
        editor.request()
                .body(Map.of("examples", List.of(FRANCE)))
                .post("/api/v1/promptsets/{id}/versions", id)
                .then()
                .statusCode(201);
        editor.request()
                .body(Map.of("examples", List.of(SPAIN), "basedOn", 1))
                .post("/api/v1/promptsets/{id}/versions", id)
                .then()
                .statusCode(409)
                .body("detail", containsString("saved version 2"));
    }

    @Test
    void aVersionCantBeChangedEvenInTheDatabase() {
        long id = capitals();
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> database.update("update prompt_set_version set note = 'x' where prompt_set_id = ?", id))
                .hasMessageContaining("immutable");
    }

    @Test
    void aGeneratedSetKnowsHowItWasMadeAndCanBeMadeAgain() {
        JsonPath set = create(Map.of("generate", Map.of("model", "demo", "generator", "ioi", "count", 8, "seed", 5)));
        assertThat(set.getString("origin.recipe.generator")).isEqualTo("ioi");
        assertThat(set.getInt("origin.recipe.seed")).isEqualTo(5);
        assertThat(set.getString("origin.modelDigest")).hasSize(64);
        List<Object> again = editor.request()
                .body(Map.of(
                        "model",
                        "demo",
                        "generator",
                        "ioi",
                        "count",
                        8,
                        "seed",
                        5,
                        "templates",
                        set.getList("origin.recipe.templates")))
                .post("/api/v1/promptsets/generate")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("examples");
        assertThat(again).isEqualTo(set.getList("examples"));

        List<String> unseen = editor.request()
                .body(Map.of("model", "demo", "count", 6, "seed", 1))
                .post("/api/v1/promptsets/{id}/unseen", set.getLong("promptSet"))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("examples.prompt");
        assertThat(unseen).hasSize(6).doesNotContainAnyElementsOf(set.getList("examples.prompt"));
    }

    @Test
    void moreLikeExamplesFromElsewhereCantBeMade() {
        editor.request()
                .body(Map.of("model", "demo"))
                .post("/api/v1/promptsets/{id}/unseen", capitals())
                .then()
                .statusCode(422)
                .body("detail", containsString("wasn't made by a generator"));
    }

    @Test
    void anImportSaysWhatIsWrongRowByRowAndSavesOnlyWhatIsRight() {
        String wrong =
                "prompt,answer,foil\nThe capital of France is, Paris, Rome\n\"no answer\",,\none,two,three,four\n";
        editor.request()
                .body(Map.of("workspace", workspace, "name", "Imported", "content", wrong))
                .post("/api/v1/promptsets/import")
                .then()
                .statusCode(200)
                .body("count", equalTo(1))
                .body("saved", nullValue())
                .body("problems.line", equalTo(List.of(3, 4)))
                .body("problems[0].column", equalTo("answer"));
        Map<String, Object> right = new HashMap<>(Map.of(
                "workspace",
                workspace,
                "name",
                "Imported",
                "content",
                "prompt,answer\nThe capital of France is, Paris\n"));
        right.put("dryRun", true);
        editor.request()
                .body(right)
                .post("/api/v1/promptsets/import")
                .then()
                .body("examples[0].answer", equalTo(" Paris"))
                .body("saved", nullValue());
        right.put("dryRun", false);
        editor.request().body(right).post("/api/v1/promptsets/import").then().body("saved.version", equalTo(1));
        editor.request()
                .get("/api/v1/promptsets?workspace=" + workspace)
                .then()
                .body("name", equalTo(List.of("Imported")));
    }

    @Test
    void anExportIsImportedAsItWas() {
        JsonPath set = create(Map.of("generate", Map.of("model", "demo", "generator", "ioi", "count", 4)));
        for (String ending : List.of("csv", "jsonl")) {
            String file = editor.request()
                    .get("/api/v1/promptsets/{id}/versions/1/export." + ending, set.getLong("promptSet"))
                    .then()
                    .statusCode(200)
                    .header("Content-Disposition", containsString("." + ending))
                    .extract()
                    .asString();
            editor.request()
                    .body(Map.of("content", file, "dryRun", true))
                    .post("/api/v1/promptsets/import")
                    .then()
                    .body("problems", hasSize(0))
                    .body("examples", equalTo(set.getList("examples")));
        }
    }

    @Test
    void preflightOffersWhatWouldBeOneToken() {
        long id = create(Map.of(
                        "examples",
                        List.of(Map.of(
                                "prompt", "The capital of France is", "answer", "Paris", "foil", "Rome or Paris"))))
                .getLong("promptSet");
        editor.request()
                .get("/api/v1/promptsets/{id}/versions/1/preflight?model=demo", id)
                .then()
                .statusCode(200)
                .body("sound", equalTo(0))
                .body("checks[0].findings.field", hasItem("foil"))
                .body("checks[0].findings.find { it.field == 'answer' }.offer.example.answer", equalTo(" Paris"));
    }

    private Map<String, Object> attribution(Map<String, Object> params) {
        return Map.of("workspace", workspace, "kind", "attribution", "model", "demo", "params", params);
    }

    @Test
    void aRunReadsAVersionAndKeepsItsExamples() {
        long id = create(Map.of("examples", List.of(FRANCE, SPAIN))).getLong("promptSet");
        JsonPath run = editor.request()
                .body(attribution(Map.of("promptSet", Map.of("id", id), "detail", false)))
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .body("params.promptSet.version", equalTo(1))
                .body("params.examples.prompt", equalTo(List.of("The capital of France is", "The capital of Spain is")))
                .extract()
                .jsonPath();
        awaitStatus(editor, run.getLong("id"), "SUCCEEDED");
        editor.request()
                .body(attribution(Map.of(
                        "promptSet",
                        Map.of("id", id, "version", 1),
                        "examples",
                        List.of(FRANCE, SPAIN),
                        "detail",
                        false)))
                .post("/api/v1/runs")
                .then()
                .statusCode(200)
                .body("existing", equalTo(true));
        editor.request()
                .post("/api/v1/runs/{id}/repeat", run.getLong("id"))
                .then()
                .statusCode(201);
        editor.request()
                .body(attribution(Map.of("promptSet", Map.of("id", id), "examples", List.of(SPAIN))))
                .post("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("detail", containsString("differ"));
        editor.request()
                .delete("/api/v1/promptsets/{id}", id)
                .then()
                .statusCode(409)
                .body("detail", containsString("2 analyses refer to it"));
    }

    @Test
    void aRunNamesWhatIsWrongWithItsPromptSet() {
        for (Object wrong : List.of(7, Map.of("id", "x"), Map.of("id", 1, "version", 0), Map.of("version", 1))) {
            editor.request()
                    .body(attribution(Map.of("promptSet", wrong)))
                    .post("/api/v1/runs")
                    .then()
                    .statusCode(422)
                    .body("detail", containsString("promptSet is"));
        }
        editor.request()
                .body(attribution(Map.of("promptSet", Map.of("id", 999_999_999))))
                .post("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("detail", allOf(containsString("promptSet"), containsString("999999999")));
        long id = capitals();
        long other = Api.newWorkspace(editor, "other");
        editor.request()
                .body(Map.of(
                        "workspace",
                        other,
                        "kind",
                        "attribution",
                        "model",
                        "demo",
                        "params",
                        Map.of("promptSet", Map.of("id", id))))
                .post("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("detail", containsString("another workspace"));
    }

    @Test
    void viewersReadEditorsWriteAndStrangersSeeNothing() {
        long id = capitals();
        User viewer = Api.newUser("viewer");
        User stranger = Api.newUser("stranger");
        Api.addMember(editor, workspace, viewer, "VIEWER");
        Map<String, Object> body = Map.of("examples", List.of(SPAIN));
        viewer.request().get("/api/v1/promptsets/{id}/versions/1", id).then().statusCode(200);
        viewer.request()
                .body(body)
                .post("/api/v1/promptsets/{id}/versions", id)
                .then()
                .statusCode(403);
        viewer.request().delete("/api/v1/promptsets/{id}", id).then().statusCode(403);
        viewer.request()
                .body(Map.of("name", "x"))
                .patch("/api/v1/promptsets/{id}", id)
                .then()
                .statusCode(403);
        for (String path : List.of("", "/versions", "/versions/1", "/diff?from=1&to=1", "/versions/1/export.csv")) {
            stranger.request().get("/api/v1/promptsets/" + id + path).then().statusCode(404);
        }
        stranger.request()
                .body(body)
                .post("/api/v1/promptsets/{id}/versions", id)
                .then()
                .statusCode(404);
        stranger.request().delete("/api/v1/promptsets/{id}", id).then().statusCode(404);
        stranger.request()
                .get("/api/v1/promptsets?workspace=" + workspace)
                .then()
                .statusCode(404);
    }

    @Test
    void anUnusedSetIsDeletedAndItsNameIsFreeAgain() {
        long id = capitals();
        editor.request()
                .body(Map.of("workspace", workspace, "name", "SET", "examples", List.of(FRANCE)))
                .post("/api/v1/promptsets")
                .then()
                .statusCode(409);
        editor.request().delete("/api/v1/promptsets/{id}", id).then().statusCode(204);
        editor.request().get("/api/v1/promptsets/{id}", id).then().statusCode(404);
        create(Map.of("examples", List.of(FRANCE)));
    }

    @Test
    void generatorsAreListedWithTheirTemplates() {
        editor.request()
                .get("/api/v1/promptsets/generators")
                .then()
                .body("name", hasItem("greater-than"))
                .body("find { it.name == 'ioi' }.templates.size()", org.hamcrest.Matchers.greaterThan(11));
    }

    @Test
    void theDemoWorkspaceBeginsWithTwoSets() {
        Api.asAdmin()
                .get("/api/v1/promptsets?workspace=Demo")
                .then()
                .statusCode(200)
                .body("name", equalTo(List.of("Capitals", "Who receives the gift?")));
    }
}
