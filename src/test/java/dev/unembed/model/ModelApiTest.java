package dev.unembed.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.account.Actor;
import dev.unembed.engine.InvalidInput;
import dev.unembed.run.RunTesting;
import dev.unembed.testing.Api;
import dev.unembed.testing.Api.User;
import dev.unembed.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ModelApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Actor ADMIN = new Actor(1, "admin", "Administrator", true);

    private final ModelRegistry registry;

    @TempDir
    Path folder;

    ModelApiTest(ModelRegistry registry) {
        this.registry = registry;
    }

    @BeforeEach
    void awaitDemo() {
        RunTesting.awaitDemoModel();
    }

    @Test
    void theBundledDemoIsUnpackedAndRegistered() {
        User anybody = Api.newUser("anybody");
        anybody.request()
                .get("/api/v1/models/demo")
                .then()
                .statusCode(200)
                .body("family", equalTo("gpt2"))
                .body("memoryBytes", equalTo(5_796_352))
                .body("streamedBytes", org.hamcrest.Matchers.lessThan(5_796_352))
                .body("dimensions.layers", equalTo(6))
                .body("dimensions.dVocab", equalTo(1897))
                .body("knowsText", equalTo(true));
        anybody.request().get("/api/v1/models").then().statusCode(200).body("name", hasItem("demo"));
        assertThat(Path.of(ConfigProvider.getConfig().getValue("unembed.data", String.class), "models/demo"))
                .isDirectoryContaining("glob:**model.safetensors");
    }

    @Test
    void anUnknownModelListsTheKnownOnes() {
        Api.asAdmin()
                .get("/api/v1/models/gpt7")
                .then()
                .statusCode(404)
                .body("detail", containsString("no model named 'gpt7'; known: "))
                .body("detail", containsString("demo"));
    }

    @Test
    void aTextIsShownAsTheModelReadsIt() {
        Api.asAdmin()
                .queryParam("text", "The capital of France")
                .get("/api/v1/models/demo/tokens")
                .then()
                .statusCode(200)
                .body("bosPrepended", equalTo(true))
                .body("tokens.text", equalTo(List.of("<|endoftext|>", "The", " capital", " of", " France")))
                .body("tokens[4].start", equalTo(14))
                .body("tokens[4].end", equalTo(21))
                .body("count", equalTo(5))
                .body("limit", equalTo(128));
        Api.asAdmin()
                .queryParam("text", "The capital ")
                .queryParam("bos", "never")
                .get("/api/v1/models/demo/tokens")
                .then()
                .statusCode(200)
                .body("bosPrepended", equalTo(false))
                .body("warnings[0]", containsString("space"));
        Api.asAdmin()
                .queryParam("bos", "sometimes")
                .get("/api/v1/models/demo/tokens")
                .then()
                .statusCode(422)
                .body("detail", containsString("default, always or never"));
    }

    @Test
    void onlyAdministratorsRegisterAndRemove() {
        User anybody = Api.newUser("anybody");
        anybody.request()
                .body(Map.of("name", "mine", "folder", folder.toString()))
                .post("/api/v1/models")
                .then()
                .statusCode(403);
        anybody.request().delete("/api/v1/models/demo").then().statusCode(403);
    }

    @Test
    void whatIsNoModelIsRefusedInWords() throws IOException {
        assertRefused(422, "mine", folder.resolve("nowhere").toString(), "is not there");
        assertRefused(422, "mine", folder.toString(), "config.json");
        assertRefused(422, "../mine", demo().toString(), "name is '../mine'");
        assertRefused(409, "mine", demo().toString(), "registered already, as 'demo'");
        assertRefused(409, "DEMO", altered("1").toString(), "There is a model named");
    }

    @Test
    void aModelInUseStays() {
        User editor = Api.newUser("editor");
        long workspace = Api.newWorkspace(editor, "lab");
        RunTesting.submit(editor, RunTesting.counting(workspace, Map.of()));
        Api.asAdmin().delete("/api/v1/models/demo").then().statusCode(409).body("detail", containsString("is used by"));
    }

    @Test
    void aRegisteredModelCanBeRemoved() throws IOException {
        String name = Api.unique("altered");
        Api.asAdmin()
                .body(Map.of("name", name, "folder", altered(name).toString()))
                .post("/api/v1/models")
                .then()
                .statusCode(201)
                .header("Location", containsString("/api/v1/models/" + name));
        Api.asAdmin().delete("/api/v1/models/{name}", name).then().statusCode(204);
        Api.asAdmin().get("/api/v1/models/{name}", name).then().statusCode(404);
    }

    @Test
    void aFolderKnownAtStartIsNotRegisteredTwice() throws IOException {
        String name = Api.unique("start");
        Path altered = altered(name);
        assertThat(registry.registerAtStart(name, altered)).isEqualTo("registered");
        assertThat(registry.registerAtStart(name, altered)).isEqualTo("unchanged");
        assertThat(registry.registerAtStart("copy-of-demo", copy(demo(), folder.resolve("copy"))))
                .isEqualTo("known already as 'demo'");

        note(altered, "changed, and no run depends on the old files");
        assertThat(registry.registerAtStart(name, altered)).isEqualTo("registered anew, its files had changed");
    }

    @Test
    void filesThatChangedUnderARegisteredModelAreNoticed() throws IOException {
        String name = Api.unique("changing");
        Path altered = altered(name);
        registry.registerAtStart(name, altered);
        long id = registry.get(name).id();
        assertThatCode(() -> registry.verifiedFolder(id)).doesNotThrowAnyException();

        Files.setLastModifiedTime(altered.resolve("model.safetensors"), FileTime.from(Instant.EPOCH));
        assertThatCode(() -> registry.verifiedFolder(id))
                .as("touched, not changed")
                .doesNotThrowAnyException();

        note(altered, "another content");
        assertThatThrownBy(() -> registry.verifiedFolder(id))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("have changed since it was registered");
    }

    private static void assertRefused(int status, String name, String folder, String text) {
        Api.asAdmin()
                .body(Map.of("name", name, "folder", folder))
                .post("/api/v1/models")
                .then()
                .statusCode(status)
                .body("detail", containsString(text));
    }

    private Path demo() {
        return Path.of(String.valueOf(registry.get(ADMIN, "demo").folder()));
    }

    /** The demo's folder with a remark in its config: the same model under another digest. */
    private Path altered(String remark) throws IOException {
        Path copy = copy(demo(), folder.resolve("altered-" + remark));
        note(copy, remark);
        return copy;
    }

    private static void note(Path model, String remark) throws IOException {
        Path config = model.resolve("config.json");
        ObjectNode json = (ObjectNode) JSON.readTree(config.toFile());
        JSON.writeValue(config.toFile(), json.put("_remark", remark));
    }

    private static Path copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }
}
