package dev.unembed.run;

import static dev.unembed.run.RunTesting.awaitStatus;
import static dev.unembed.run.RunTesting.lens;
import static dev.unembed.run.RunTesting.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.base.Database;
import dev.unembed.model.ModelInstaller;
import dev.unembed.testing.Api;
import dev.unembed.testing.Api.User;
import dev.unembed.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lens reading of the bundled model, through REST, in every form of its result. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class LensRunApiTest {
    private static final int LAYERS = 7; // six blocks: 0 is the embedding, 6 the final stream
    private static final int POSITIONS = 6; // BOS and five words

    private final Database database;
    private final DemoWorkspace demoWorkspace;

    private User editor;
    private long workspace;

    LensRunApiTest(Database database, DemoWorkspace demoWorkspace) {
        this.database = database;
        this.demoWorkspace = demoWorkspace;
    }

    @BeforeEach
    void signUp() {
        RunTesting.awaitDemoModel();
        editor = Api.newUser("editor");
        workspace = Api.newWorkspace(editor, "lab");
    }

    @Test
    void theJsonHasEveryLayerAndPosition() {
        JsonPath result = computed(Map.of("topK", 5, "track", List.of(" Canberra", " Sydney")))
                .get("/result")
                .jsonPath();
        assertThat(result.getList("tokens.text", String.class))
                .containsExactly("<|endoftext|>", "The", " capital", " of", " Australia", " is");
        assertThat(result.getBoolean("bosPrepended")).isTrue();
        assertThat(result.getList("layers", Double.class))
                .isEqualTo(IntStream.range(0, LAYERS).mapToObj(l -> (double) l).toList());
        List<List<List<Integer>>> topIds = result.getList("topIds");
        assertThat(topIds)
                .hasSize(LAYERS)
                .allSatisfy(row -> assertThat(row)
                        .hasSize(POSITIONS)
                        .allSatisfy(cell -> assertThat(cell).hasSize(5).doesNotHaveDuplicates()));
        for (String grid : List.of("entropy", "klToFinal", "finalLogProb", "finalRank")) {
            List<List<Number>> rows = result.getList(grid);
            assertThat(rows)
                    .as(grid)
                    .hasSize(LAYERS)
                    .allSatisfy(row -> assertThat(row).hasSize(POSITIONS));
        }
        assertThat(result.getList("tracked.text", String.class)).containsExactly(" Canberra", " Sydney");
        assertThat(result.getDouble("selfCheck.maxAbsLogitDiff")).isBetween(0.0, 1e-4);

        // what the model's README says of it: Sydney at the end, Canberra on top at layer 5
        String last = "[6][5]";
        assertThat(Math.exp(result.getDouble("tracked[1].logProb" + last))).isCloseTo(0.66, within(0.02));
        assertThat(result.getInt("tracked[1].rank" + last)).isEqualTo(1);
        assertThat(result.getInt("tracked[0].rank[5][5]")).isEqualTo(1);
        int canberra = result.getInt("tracked[0].id");
        assertThat(result.getInt("topIds[5][5][0]")).isEqualTo(canberra);
        assertThat(result.getList("summary.positions[5].overwritten.id", Integer.class))
                .contains(canberra);
    }

    @Test
    void sublayersAddARowAfterEachAttention() {
        JsonPath result = computed(Map.of("sublayers", true)).get("/result").jsonPath();
        assertThat(result.getList("layers", Double.class))
                .hasSize(13)
                .contains(0.5, 5.5)
                .startsWith(0.0)
                .endsWith(6.0);
    }

    @Test
    void tokenIdsCanBeGivenInsteadOfText() {
        List<Integer> ids = computed(Map.of()).get("/result").jsonPath().getList("tokens.id", Integer.class);
        long id = submit(editor, lens(workspace, Map.of("tokens", ids, "bos", "never")));
        awaitStatus(editor, id, "SUCCEEDED");
        JsonPath result = editor.request().get("/api/v1/runs/{id}/result", id).jsonPath();
        assertThat(result.getList("tokens.id", Integer.class)).isEqualTo(ids);
    }

    @Test
    void theCsvHasOneLinePerLayerAndPosition() {
        Response csv = computed(Map.of("track", List.of(" Sydney"))).get("/result.csv");
        assertThat(csv.contentType()).startsWith("text/csv");
        assertThat(csv.header("Content-Disposition")).contains(".csv");
        String[] lines = csv.asString().split("\r\n");
        assertThat(lines).hasSize(1 + LAYERS * POSITIONS);
        assertThat(lines[0]).startsWith("layer,hook,position,token_id,token,top1_id,top1_token,top1_log_prob");
    }

    @Test
    void theSafetensorsFileIsSentAsItIsStored() throws IOException, InterruptedException {
        Computed run = computed(Map.of());
        HttpResponse<byte[]> packed = raw(run.id(), "gzip", HttpClient.Version.HTTP_1_1);
        assertThat(packed.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(packed.headers().firstValue("Vary").orElse("")).containsIgnoringCase("accept-encoding");
        HttpResponse<byte[]> plain = raw(run.id(), "identity", HttpClient.Version.HTTP_1_1);
        assertThat(plain.headers().firstValue("Content-Encoding").orElse("identity"))
                .isEqualTo("identity");
        assertThat(plain.headers().firstValue("ETag"))
                .isNotEqualTo(packed.headers().firstValue("ETag"));
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
            assertThat(in.readAllBytes()).isEqualTo(plain.body());
        }
        HttpResponse<byte[]> overHttp2 = raw(run.id(), "gzip", HttpClient.Version.HTTP_2);
        assertThat(overHttp2.headers().firstValue("Content-Encoding").orElse("identity"))
                .isEqualTo("identity");
        assertThat(overHttp2.body()).isEqualTo(plain.body());
        int headerBytes = Math.toIntExact(
                ByteBuffer.wrap(plain.body()).order(ByteOrder.LITTLE_ENDIAN).getLong());
        JsonNode header = new ObjectMapper()
                .readTree(new String(Arrays.copyOfRange(plain.body(), 8, 8 + headerBytes), StandardCharsets.UTF_8));
        assertThat(header.path("__metadata__").path("format").asText()).isEqualTo("unembed/lens-grid/1");
        assertThat(header.path("topIds").path("shape").toString()).isEqualTo("[7,6,10]");
    }

    @Test
    void resultsAreImmutableAndKnownByTheirTag() {
        Computed run = computed(Map.of());
        for (String form : List.of("/result", "/result.csv", "/result.safetensors")) {
            Response first = run.get(form);
            String tag = first.header("ETag");
            assertThat(tag).as(form).matches("\"[0-9a-f]{64}.*\"");
            assertThat(first.header("Cache-Control")).contains("private", "immutable", "max-age=31536000");
            Response second = editor.request()
                    .header("If-None-Match", "\"other\", " + tag)
                    .get(run.path() + form);
            assertThat(second.statusCode()).as(form).isEqualTo(304);
            assertThat(second.header("ETag")).isEqualTo(tag);
            assertThat(second.asByteArray()).isEmpty();
            editor.request()
                    .header("If-None-Match", "\"other\"")
                    .get(run.path() + form)
                    .then()
                    .statusCode(200);
        }
    }

    @Test
    void whatTheModelCannotReadIsRefusedAtOnce() {
        assertRefused(Map.of("prompt", "Paris", "track", List.of(" Xyzzyzzy quux")), " Xyzzyzzy quux");
        assertRefused(Map.of("prompt", "Paris", "track", List.of(1_000_000)), "1000000");
        assertRefused(Map.of("prompt", "one two three ".repeat(100)), "128");
        assertRefused(Map.of("prompt", "a".repeat(1_000_000)), "1000000 characters");
        assertRefused(Map.of("prompt", "Paris", "topK", 0), "topK");
        assertRefused(Map.of("prompt", "Paris", "bos", "perhaps"), "perhaps");
        assertRefused(Map.of("prompt", "Paris", "layers", 3), "known:");
        assertRefused(Map.of(), "prompt");
    }

    private void assertRefused(Map<String, Object> params, String text) {
        editor.request()
                .body(lens(workspace, params))
                .post("/api/v1/runs")
                .then()
                .statusCode(422)
                .body("detail", containsString(text));
    }

    @Test
    void theDemoWorkspaceIsFilledAtFirstStart() {
        JsonPath page = RunTesting.await(
                "the demo's analyses",
                () -> Api.asAdmin().get("/api/v1/runs?workspace=Demo&limit=100").jsonPath(),
                runs -> runs.getList("runs") != null
                        && runs.getList("runs").size() >= 12
                        && runs.getList("runs.status", String.class).stream()
                                .allMatch(status -> status.matches("SUCCEEDED|FAILED")));
        assertThat(page.getList("runs.status", String.class))
                .as(page.prettify())
                .containsOnly("SUCCEEDED");
        assertThat(page.getList("runs.title", String.class)).doesNotHaveDuplicates();
        assertThat(page.getString("runs[0].summary.final.text")).isEqualTo(" Sydney");
        Api.asAdmin().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
    }

    @Test
    void aFilledDemoWorkspaceIsNeverFilledAgain() {
        RunTesting.await(
                "the demo's analyses",
                () -> Api.asAdmin().get("/api/v1/runs?workspace=Demo&limit=100").jsonPath(),
                runs -> runs.getList("runs") != null && runs.getList("runs").size() >= 12);
        long before = database.number("select count(*) from run");
        long workspaces = database.number("select count(*) from workspace");
        demoWorkspace.fill(new ModelInstaller.DemoModelReady("demo"));
        assertThat(database.number("select count(*) from run")).isEqualTo(before);
        assertThat(database.number("select count(*) from workspace")).isEqualTo(workspaces);
    }

    private record Computed(User user, long id) {
        String path() {
            return "/api/v1/runs/" + id;
        }

        Response get(String form) {
            return user.request()
                    .get(path() + form)
                    .then()
                    .statusCode(200)
                    .extract()
                    .response();
        }
    }

    private Computed computed(Map<String, Object> more) {
        Map<String, Object> params = new HashMap<>(more);
        params.put("prompt", "The capital of Australia is");
        long id = submit(editor, lens(workspace, params));
        awaitStatus(editor, id, "SUCCEEDED");
        return new Computed(editor, id);
    }

    /** As it goes over the wire: other clients unpack by themselves. */
    private HttpResponse<byte[]> raw(long id, String acceptEncoding, HttpClient.Version version)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(RestAssured.baseURI + ":" + RestAssured.port
                            + "/api/v1/runs/" + id + "/result.safetensors"))
                    .header("Authorization", "Bearer " + editor.token())
                    .version(version)
                    .header("Accept-Encoding", acceptEncoding)
                    .build();
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            assertThat(response.statusCode()).isEqualTo(200);
            return response;
        }
    }
}
