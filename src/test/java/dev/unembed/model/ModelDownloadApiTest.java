package dev.unembed.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.base.Database;
import dev.unembed.live.ChangeFeed;
import dev.unembed.model.hub.FakeHub;
import dev.unembed.model.hub.FakeHub.Request;
import dev.unembed.model.hub.FakeHub.Trouble.Corrupt;
import dev.unembed.model.hub.FakeHub.Trouble.Drop;
import dev.unembed.model.hub.FakeHub.Trouble.Hold;
import dev.unembed.model.hub.HubModel;
import dev.unembed.run.RunTesting;
import dev.unembed.testing.Api;
import dev.unembed.testing.Api.User;
import dev.unembed.testing.HubResource;
import dev.unembed.testing.PostgresResource;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(HubResource.class)
class ModelDownloadApiTest {
    private static final String WEIGHTS = "model.safetensors";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Database database;
    private final DownloadRows rows;
    private final ModelRegistry registry;
    private final OpenFolders folders;
    private final ModelPlaces places;
    private final Hub configured;
    private final ChangeFeed changes;

    @SuppressWarnings("NullAway.Init")
    private FakeHub hub;

    /** Of a name nobody has yet: the database outlives a test. */
    private final String id = "lab/" + Api.unique("tiny");

    private final String name = id.substring(4);

    ModelDownloadApiTest(
            Database database,
            DownloadRows rows,
            ModelRegistry registry,
            OpenFolders folders,
            ModelPlaces places,
            Hub configured,
            ChangeFeed changes) {
        this.database = database;
        this.rows = rows;
        this.registry = registry;
        this.folders = folders;
        this.places = places;
        this.configured = configured;
        this.changes = changes;
    }

    @BeforeEach
    void openHub() {
        hub = new FakeHub(URI.create(ConfigProvider.getConfig().getValue("unembed.hub.url", String.class))
                .getPort());
    }

    @AfterEach
    void closeHub() {
        hub.close();
    }

    @Test
    void aModelIsFetchedVerifiedAndRegisteredWithItsCommit() {
        String commit = hub.publish(id, "main", fixture());
        long download = start(Map.of("model", id));
        JsonPath done = awaitStatus(download, "SUCCEEDED");
        assertThat(done.getString("commit")).isEqualTo(commit);
        assertThat(done.getLong("doneBytes"))
                .isEqualTo(done.getLong("totalBytes"))
                .isPositive();

        Api.asAdmin()
                .get("/api/v1/models/{name}", name)
                .then()
                .statusCode(200)
                .body("family", equalTo("gpt2"))
                .body("source.model", equalTo(id))
                .body("source.revision", equalTo("main"))
                .body("source.commit", equalTo(commit))
                .body("folder", containsString("/models/hub/lab--" + name + "/" + commit));
        assertThat(places.unfinished(download)).doesNotExist();

        // the same commit isn't fetched twice, under whatever name
        hub.requests().clear();
        long again = start(Map.of("model", id, "name", name + "-again"));
        assertThat(awaitStatus(again, "FAILED").getString("failure")).contains("registered already, as '" + name + "'");
        assertThat(hub.requestsFor(WEIGHTS)).isEmpty();
    }

    @Test
    void aDownloadedModelIsVerifiedAndRemovedWithItsFiles() {
        hub.publish(id, "main", fixture());
        awaitStatus(start(Map.of("model", id)), "SUCCEEDED");
        Path folder = Path.of(model(name).getString("folder"));

        Api.asAdmin().post("/api/v1/models/{name}/verify", name).then().statusCode(202);
        JsonPath checked = RunTesting.await(
                "check", () -> model(name), model -> !"READING".equals(model.getString("check.state")));
        assertThat(checked.getString("check.state")).isEqualTo("EQUAL");
        assertThat(checked.getString("check.digest")).isEqualTo(checked.getString("digest"));

        Api.asAdmin()
                .queryParam("files", true)
                .delete("/api/v1/models/{name}", name)
                .then()
                .statusCode(204);
        assertThat(folder).doesNotExist();
    }

    @Test
    void changedFilesAreFoundDifferent() throws IOException {
        hub.publish(id, "main", fixture());
        awaitStatus(start(Map.of("model", id)), "SUCCEEDED");
        Path config = Path.of(model(name).getString("folder")).resolve("config.json");
        ObjectNode json = (ObjectNode) JSON.readTree(config.toFile());
        JSON.writeValue(config.toFile(), json.put("_remark", "changed"));

        Api.asAdmin().post("/api/v1/models/{name}/verify", name).then().statusCode(202);
        JsonPath checked = RunTesting.await(
                "check", () -> model(name), model -> !"READING".equals(model.getString("check.state")));
        assertThat(checked.getString("check.state")).isEqualTo("DIFFERENT");
    }

    @Test
    void filesThatWereNotDownloadedAreNotDeleted() {
        RunTesting.awaitDemoModel();
        Api.asAdmin()
                .queryParam("files", true)
                .delete("/api/v1/models/demo")
                .then()
                .statusCode(409);
    }

    @Test
    void aCancelledDownloadGoesOnWhereItWas() throws InterruptedException {
        hub.publish(id, "main", fixture());
        Hold hold = hold();
        hub.trouble(WEIGHTS, hold);
        long download = start(Map.of("model", id));
        reached(hold);
        RunTesting.await("bytes", () -> download(download), at -> at.getLong("doneBytes") > 60_000);

        conflict(Map.of("model", id), "is running already");
        Api.asAdmin()
                .delete("/api/v1/models/downloads/{id}", download)
                .then()
                .statusCode(409)
                .body("detail", containsString("Cancel it first"));

        Api.asAdmin()
                .post("/api/v1/models/downloads/{id}/cancel", download)
                .then()
                .statusCode(200);
        awaitStatus(download, "CANCELLED");
        hold.goOn().countDown();
        Api.asAdmin()
                .post("/api/v1/models/downloads/{id}/cancel", download)
                .then()
                .statusCode(409)
                .body("detail", containsString("it is cancelled"));

        hub.requests().clear();
        Api.asAdmin()
                .post("/api/v1/models/downloads/{id}/resume", download)
                .then()
                .statusCode(200)
                .body("failure", nullValue());
        awaitStatus(download, "SUCCEEDED");
        assertThat(hub.requestsFor(WEIGHTS)).extracting(Request::range).contains("bytes=60000-");
        assertThat(hub.requests()).extracting(Request::path).noneMatch(path -> path.contains("/revision/"));
    }

    @Test
    void aStoppedDownloadCanBeRemovedWithWhatArrived() throws InterruptedException {
        hub.publish(id, "main", fixture());
        Hold hold = hold();
        hub.trouble(WEIGHTS, hold);
        long download = start(Map.of("model", id));
        reached(hold);
        Api.asAdmin().post("/api/v1/models/downloads/{id}/cancel", download);
        awaitStatus(download, "CANCELLED");
        hold.goOn().countDown();
        assertThat(places.unfinished(download)).isNotEmptyDirectory();
        Api.asAdmin().delete("/api/v1/models/downloads/{id}", download).then().statusCode(204);
        assertThat(places.unfinished(download)).doesNotExist();
        Api.asAdmin().get("/api/v1/models/downloads/{id}", download).then().statusCode(404);
    }

    @Test
    void whatAKilledProcessLeftIsTakenUpByAnother() throws InterruptedException {
        String commit = hub.publish(id, "main", fixture());
        Hold hold = hold();
        hub.trouble(WEIGHTS, hold);
        long download = start(Map.of("model", id));
        reached(hold);
        RunTesting.await("bytes", () -> download(download), at -> at.getLong("doneBytes") > 60_000);
        Api.asAdmin().post("/api/v1/models/downloads/{id}/cancel", download);
        awaitStatus(download, "CANCELLED");
        hold.goOn().countDown();
        hub.requests().clear();

        // its row and files as a kill -9 leaves them: running, and nobody says so any more
        database.update("""
                update model_download set status = 'RUNNING', owner = 'dead', seen_at = 'epoch', finished_at = null,
                    cancel_requested = false
                where id = ?
                """, download);

        assertThat(awaitStatus(download, "SUCCEEDED").getString("commit")).isEqualTo(commit);
        assertThat(hub.requestsFor(WEIGHTS)).extracting(Request::range).contains("bytes=60000-");
    }

    @Test
    void aStoppingProcessLeavesItsDownloadToTheNext() throws InterruptedException {
        hub.publish(id, "main", fixture());
        Hold hold = hold();
        hub.trouble(WEIGHTS, hold);
        DownloadRunner other = runner();
        long admin = database.number("select id from account where admin order by id limit 1");
        long download = rows.add(new HubModel(id, "main"), name, admin, false, other.owner());
        other.start(new StartupEvent());
        reached(hold);
        RunTesting.await("bytes", () -> download(download), at -> at.getLong("doneBytes") > 60_000);
        other.stop(new ShutdownEvent());
        hold.goOn().countDown();

        awaitStatus(download, "SUCCEEDED");
        assertThat(hub.requestsFor(WEIGHTS)).extracting(Request::range).contains("bytes=60000-");
    }

    @Test
    void aTokenIsKeptInMemoryOnlySoARestartAsksForIt() throws InterruptedException {
        hub.publish(id, "main", fixture());
        hub.requireToken(id, "hf_top-secret");
        Hold hold = hold();
        hub.trouble(WEIGHTS, hold);
        long download = start(Map.of("model", id, "token", "hf_top-secret"));
        reached(hold);
        List<String> stored = database.list(
                "select row_to_json(d)::text from model_download d where id = ?", row -> row.getString(1), download);
        assertThat(stored).hasSize(1).allSatisfy(row -> assertThat(row).doesNotContain("top-secret"));
        Api.asAdmin().get("/api/v1/models/downloads").then().statusCode(200).body(not(containsString("top-secret")));
        Api.asAdmin().post("/api/v1/models/downloads/{id}/cancel", download);
        awaitStatus(download, "CANCELLED");
        hold.goOn().countDown();

        // another process, which doesn't know the token
        DownloadRunner other = runner();
        database.update(
                "update model_download set status = 'QUEUED', owner = ?, seen_at = ?::timestamptz, finished_at = null"
                        + " where id = ?",
                other.owner(),
                "2100-01-01",
                download);
        other.start(new StartupEvent());
        assertThat(awaitStatus(download, "INTERRUPTED").getString("failure")).contains("Resume it with the token");
        other.stop(new ShutdownEvent());

        Api.asAdmin()
                .body(Map.of("token", "hf_top-secret"))
                .post("/api/v1/models/downloads/{id}/resume", download)
                .then()
                .statusCode(200);
        awaitStatus(download, "SUCCEEDED");
    }

    @Test
    void aGatedModelSaysWhatToDoAndIsResumedWithAToken() {
        hub.publish(id, "main", fixture());
        hub.requireToken(id, "hf_right");
        long download = start(Map.of("model", id));
        assertThat(awaitStatus(download, "FAILED").getString("failure"))
                .contains(id + " at main")
                .contains("resume with a token");
        Api.asAdmin()
                .body(Map.of("token", "hf_wrong"))
                .post("/api/v1/models/downloads/{id}/resume", download)
                .then()
                .statusCode(200);
        assertThat(awaitStatus(download, "FAILED").getString("failure")).contains("refuses the token (401)");
        Api.asAdmin()
                .body(Map.of("token", "hf_right"))
                .post("/api/v1/models/downloads/{id}/resume", download)
                .then()
                .statusCode(200);
        awaitStatus(download, "SUCCEEDED");
    }

    @Test
    void damageIsRefusedAndNothingRegistered() {
        hub.publish(id, "main", fixture());
        hub.trouble(WEIGHTS, new Corrupt(), new Corrupt());
        long download = start(Map.of("model", id));
        assertThat(awaitStatus(download, "FAILED").getString("failure"))
                .contains("model.safetensors: expected SHA-256")
                .contains("twice");
        Api.asAdmin().get("/api/v1/models/{name}", name).then().statusCode(404);

        // started anew, the revision may mean another commit by then: what no longer fits isn't used
        Map<String, byte[]> changed = fixture();
        String commit = hub.publish(id, "main", changed);
        assertThat(start(Map.of("model", id))).isEqualTo(download);
        assertThat(awaitStatus(download, "SUCCEEDED").getString("commit")).isEqualTo(commit);
    }

    @Test
    void aFamilyThatIsNotSupportedIsRefusedByName() throws IOException {
        Map<String, byte[]> files = fixture();
        ObjectNode config = (ObjectNode) JSON.readTree(files.get("config.json"));
        files.put("config.json", JSON.writeValueAsBytes(config.put("model_type", "rwkv")));
        hub.publish(id, "main", files);
        long download = start(Map.of("model", id));
        assertThat(awaitStatus(download, "FAILED").getString("failure"))
                .contains("rwkv")
                .contains("its weights weren't fetched");
        assertThat(hub.requestsFor(WEIGHTS)).isEmpty();
    }

    @Test
    void dropsInTheMiddleAreOvercome() {
        hub.publish(id, "main", fixture());
        hub.trouble(WEIGHTS, new Drop(40_000), new Drop(40_000));
        awaitStatus(start(Map.of("model", id)), "SUCCEEDED");
        // a connection that breaks may take with it what it hasn't handed over yet
        List<Long> starts = hub.requestsFor(WEIGHTS).stream()
                .map(Request::range)
                .filter(Objects::nonNull)
                .map(range -> Long.valueOf(range.replaceAll("\\D", "")))
                .distinct()
                .toList();
        assertThat(starts).hasSize(2);
        assertThat(starts.getFirst()).isBetween(1L, 40_000L);
        assertThat(starts.getLast()).isBetween(starts.getFirst() + 1, starts.getFirst() + 40_000);
    }

    @Test
    void theNameIsSettledBeforeAnythingIsFetched() {
        RunTesting.awaitDemoModel();
        hub.publish(id, "main", fixture());
        conflict(Map.of("model", id, "name", "demo"), "There is a model named 'demo' already");
        refused(Map.of("model", id, "name", "downloads"), "can't be named 'downloads'");
        refused(Map.of("model", id, "name", "a b"), "name is 'a b'");
        refused(Map.of("model", "no id"), "owner/name");
        refused(Map.of("model", id, "revision", "a..b"), "revision is 'a..b'");
        refused(Map.of("model", id, "token", "a b"), "The token can't be one");
        refused(Map.of("name", "x"), "model is needed");
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    void onlyAdministratorsSeeDownloadsAndFolders() {
        RunTesting.awaitDemoModel();
        User anybody = Api.newUser("anybody");
        anybody.request().get("/api/v1/models/downloads").then().statusCode(403);
        anybody.request().get("/api/v1/models/downloads/1").then().statusCode(403);
        anybody.request()
                .body(Map.of("model", id))
                .post("/api/v1/models/downloads")
                .then()
                .statusCode(403);
        anybody.request().post("/api/v1/models/downloads/1/cancel").then().statusCode(403);
        anybody.request().post("/api/v1/models/downloads/1/resume").then().statusCode(403);
        anybody.request().delete("/api/v1/models/downloads/1").then().statusCode(403);
        anybody.request().post("/api/v1/models/demo/verify").then().statusCode(403);

        anybody.request()
                .get("/api/v1/models/demo")
                .then()
                .statusCode(200)
                .body("folder", nullValue())
                .body(not(containsString(Path.of("").toAbsolutePath().toString())));
        anybody.request()
                .get("/api/v1/models")
                .then()
                .statusCode(200)
                .body("name", hasItem("demo"))
                .body(not(containsString("\"folder\"")));
        Api.asAdmin().get("/api/v1/models/demo").then().body("folder", containsString("/models/demo"));
    }

    @Test
    void theApiDescribesDownloadsWithExamples() {
        Api.asAdmin()
                .accept("application/json")
                .get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body("paths.'/api/v1/models/downloads'.post.operationId", equalTo("downloadModel"))
                .body(
                        "paths.'/api/v1/models/downloads'.post.requestBody.content.'application/json'.examples.size()",
                        equalTo(2))
                .body("paths.'/api/v1/models/downloads/{id}/resume'.post.responses.'409'", not(nullValue()));
    }

    private DownloadRunner runner() {
        return new DownloadRunner(rows, registry, folders, places, configured, changes, "web");
    }

    private static long start(Map<String, Object> body) {
        return Api.asAdmin()
                .body(body)
                .post("/api/v1/models/downloads")
                .then()
                .statusCode(201)
                .header("Location", containsString("/api/v1/models/downloads/"))
                .extract()
                .jsonPath()
                .getLong("id");
    }

    private static void conflict(Map<String, Object> body, String text) {
        Api.asAdmin()
                .body(body)
                .post("/api/v1/models/downloads")
                .then()
                .statusCode(409)
                .body("detail", containsString(text));
    }

    private static void refused(Map<String, Object> body, String text) {
        Api.asAdmin()
                .body(body)
                .post("/api/v1/models/downloads")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("detail", containsString(text));
    }

    private static JsonPath download(long id) {
        return Api.asAdmin()
                .get("/api/v1/models/downloads/{id}", id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static JsonPath awaitStatus(long id, String status) {
        JsonPath last = RunTesting.await(
                "download " + id + " " + status,
                () -> download(id),
                at -> at.getString("status").equals(status)
                        || !at.getString("status").matches("QUEUED|RUNNING|" + status));
        assertThat(last.getString("status")).as(last.prettify()).isEqualTo(status);
        return last;
    }

    private static JsonPath model(String name) {
        return Api.asAdmin()
                .get("/api/v1/models/{name}", name)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static Hold hold() {
        return new Hold(60_000, new CountDownLatch(1), new CountDownLatch(1));
    }

    private static void reached(Hold hold) throws InterruptedException {
        assertThat(hold.reached().await(30, TimeUnit.SECONDS)).isTrue();
    }

    /** A GPT-2 of random weights whose config carries a remark: every test's model has a digest of its own. */
    private Map<String, byte[]> fixture() {
        Map<String, byte[]> files = new HashMap<>(FakeHub.files(Path.of("src/test/resources/fixtures/gpt2")));
        files.keySet().retainAll(List.of("config.json", WEIGHTS));
        String config = new String(files.get("config.json"), StandardCharsets.UTF_8);
        files.put(
                "config.json",
                config.replaceFirst("\\{", "{\"_remark\": \"" + name + "\",").getBytes(StandardCharsets.UTF_8));
        return files;
    }
}
