package dev.unembed.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.model.hub.FakeHub.Request;
import dev.unembed.model.hub.FakeHub.Trouble.Corrupt;
import dev.unembed.model.hub.FakeHub.Trouble.Drop;
import dev.unembed.model.hub.FakeHub.Trouble.Hold;
import dev.unembed.model.hub.FakeHub.Trouble.NoRanges;
import dev.unembed.model.hub.FakeHub.Trouble.Refusal;
import dev.unembed.model.hub.FakeHub.Trouble.Silence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubDownloadTest {
    private static final HubModel MODEL = new HubModel("lab/tiny", "main");
    private static final String WEIGHTS = "model.safetensors";
    private static final long GIGABYTE = 1_000_000_000;

    private final FakeHub hub = new FakeHub(0);
    private final DownloadMeter meter = new DownloadMeter();
    private final List<Duration> pauses = new ArrayList<>();
    private DiskSpace disk = any -> 100 * GIGABYTE;
    private Duration silence = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    @AfterEach
    void closeHub() {
        hub.close();
    }

    @Test
    void onlyWhatIsReadIsFetched() throws Exception {
        Map<String, byte[]> files = fixture();
        files.put("pytorch_model.bin", bytes("pickles"));
        files.put("model.gguf", bytes("another format"));
        files.put("README.md", bytes("words"));
        files.put("generation_config.json", bytes("{}"));
        String commit = hub.publish("lab/tiny", "main", files);

        assertThat(download(null).commit()).isEqualTo(commit);
        Path whole = download(null).fetch(commit, folder);

        assertThat(whole).isDirectoryNotContaining(file -> file.toString().endsWith(".bin"));
        assertThat(FakeHub.files(whole).keySet())
                .containsExactlyInAnyOrder("config.json", "generation_config.json", WEIGHTS);
        assertThat(whole.resolve(WEIGHTS)).hasBinaryContent(files.get(WEIGHTS));
        assertThat(ModelFolder.open(whole).family()).isEqualTo("gpt2");
        DownloadMeter.Reading reading = meter.read();
        assertThat(reading.doneBytes()).isEqualTo(reading.totalBytes()).isEqualTo(reading.receivedBytes());
    }

    @Test
    void aShardedModelComesWithItsIndexAndShards() throws Exception {
        Map<String, byte[]> files = fixture();
        files.putAll(Shards.of(Objects.requireNonNull(files.remove(WEIGHTS)), 2));
        hub.publish("lab/tiny", "main", files);

        Path whole = fetch();

        assertThat(FakeHub.files(whole).keySet())
                .contains("model.safetensors.index.json", "model-00001-of-00002.safetensors");
        ModelFolder opened = ModelFolder.open(whole);
        assertThat(opened.dimensions().layers()).isEqualTo(3);
        assertThat(opened.digest()).hasSize(64);
    }

    @Test
    void aShardThatTheHubDoesNotHaveIsNamed() {
        Map<String, byte[]> files = fixture();
        files.remove(WEIGHTS);
        files.put("model.safetensors.index.json", bytes("{\"weight_map\": {\"wte.weight\": \"gone.safetensors\"}}"));
        hub.publish("lab/tiny", "main", files);
        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubFailure.class)
                .hasMessageContaining("has no file gone.safetensors")
                .hasMessageContaining("incomplete");
    }

    @Test
    void brokenConnectionsAreTakenUpWhereTheyBroke() throws Exception {
        Map<String, byte[]> files = fixture();
        hub.publish("lab/tiny", "main", files);
        hub.trouble(WEIGHTS, new Drop(50_000), new Drop(70_000));

        Path whole = fetch();

        assertThat(whole.resolve(WEIGHTS)).hasBinaryContent(files.get(WEIGHTS));
        List<String> ranges = hub.requestsFor(WEIGHTS).stream()
                .filter(request -> request.server().equals("store"))
                .map(request -> String.valueOf(request.range()))
                .toList();
        assertThat(ranges).hasSize(3).first().isEqualTo("null");
        assertThat(ranges.subList(1, 3)).allMatch(range -> range.matches("bytes=[1-9]\\d*-"));
        assertThat(meter.read().receivedBytes())
                .as("nothing came twice")
                .isEqualTo(meter.read().totalBytes());
        assertThat(pauses).hasSize(2);
    }

    @Test
    void aHubWithoutRangesIsReadFromTheStartAgain() throws Exception {
        Map<String, byte[]> files = fixture();
        hub.publish("lab/tiny", "main", files);
        hub.trouble(WEIGHTS, new Drop(50_000), new NoRanges());
        assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(files.get(WEIGHTS));
    }

    @Test
    void aWrongChecksumIsFetchedOnceMoreAndThenRefused() throws Exception {
        Map<String, byte[]> files = fixture();
        hub.publish("lab/tiny", "main", files);
        hub.trouble(WEIGHTS, new Corrupt());
        assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(files.get(WEIGHTS));

        Files.delete(folder.resolve("model").resolve(WEIGHTS));
        hub.trouble(WEIGHTS, new Corrupt(), new Corrupt());
        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubFailure.class)
                .hasMessageContaining("lab/tiny at main, model.safetensors: expected SHA-256 ")
                .hasMessageContaining("twice");
        assertThat(folder.resolve("model").resolve(WEIGHTS)).doesNotExist();
        assertThat(folder.resolve("partial")).isEmptyDirectory();
    }

    @Test
    void smallFilesAreHeldAgainstGitsOwnHash() {
        hub.publish("lab/tiny", "main", fixture());
        hub.trouble("config.json", new Corrupt(), new Corrupt());
        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubFailure.class)
                .hasMessageContaining("config.json: expected SHA-1 ");
    }

    @Test
    void whatIsLeftOfAnotherContentIsNeverAppendedTo() throws Exception {
        Map<String, byte[]> old = fixture();
        hub.publish("lab/tiny", "main", old);
        hub.trouble(WEIGHTS, new Drop(60_000), new Refusal(404));
        assertThatThrownBy(this::fetch).hasMessageContaining("listed but not there (404)");
        assertThat(folder.resolve("partial")).isNotEmptyDirectory();

        Map<String, byte[]> changed = new HashMap<>(old);
        byte[] weights = Objects.requireNonNull(old.get(WEIGHTS)).clone();
        weights[weights.length - 1] ^= 7;
        changed.put(WEIGHTS, weights);
        hub.publish("lab/tiny", "main", changed);
        hub.requests().clear();

        assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(weights);
        assertThat(hub.requestsFor(WEIGHTS)).extracting(Request::range).containsOnlyNulls();
        assertThat(folder.resolve("partial")).isEmptyDirectory();
    }

    @Test
    void aPartialFileOfTheSameContentIsTakenUpByTheNextAttempt() throws Exception {
        Map<String, byte[]> files = fixture();
        hub.publish("lab/tiny", "main", files);
        hub.trouble(WEIGHTS, new Drop(60_000), new Refusal(404));
        assertThatThrownBy(this::fetch).isInstanceOf(HubFailure.class);
        hub.requests().clear();

        assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(files.get(WEIGHTS));
        assertThat(hub.requestsFor(WEIGHTS)).extracting(Request::range).doesNotContainNull();
        assertThat(hub.requestsFor("config.json")).as("was there").isEmpty();
    }

    @Test
    void aRefusedRangeStartsTheFileAnew() throws Exception {
        Map<String, byte[]> files = fixture();
        hub.publish("lab/tiny", "main", files);
        hub.trouble(WEIGHTS, new Drop(60_000), new Refusal(416));
        assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(files.get(WEIGHTS));

        Files.delete(folder.resolve("model").resolve(WEIGHTS));
        hub.trouble(WEIGHTS, new Refusal(416));
        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubFailure.class)
                .hasMessageContaining("(416)")
                .hasMessageContaining("start it again");
    }

    @Test
    void anUnsupportedFamilyIsRefusedBeforeItsWeights() throws Exception {
        Map<String, byte[]> files = fixture();
        ObjectNode config = (ObjectNode) new ObjectMapper().readTree(files.get("config.json"));
        files.put("config.json", bytes(config.put("model_type", "mamba").toString()));
        hub.publish("lab/tiny", "main", files);
        assertThatThrownBy(this::fetch)
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("lab/tiny at main can't be run here")
                .hasMessageContaining("mamba")
                .hasMessageContaining("gpt2");
        assertThat(hub.requestsFor(WEIGHTS)).isEmpty();
    }

    @Test
    void tooLittleDiskIsSaidWithNumbersBeforeTheWeights() {
        hub.publish("lab/tiny", "main", fixture());
        disk = any -> GIGABYTE + 100_000;
        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubFailure.class)
                .hasMessageMatching("lab/tiny at main needs 0\\.\\d+ MB more .* 1\\.00 GB are free there, of which"
                        + " 1\\.00 GB stay free .*");
        assertThat(hub.requestsFor(WEIGHTS)).isEmpty();
    }

    @Test
    void theTokenGoesToTheHubAndNowhereElse() throws Exception {
        hub.publish("lab/tiny", "main", fixture());
        hub.requireToken("lab/tiny", "hf_secret");
        HubDownload download = download(new HubToken("hf_secret"));
        download.fetch(download.commit(), folder);
        assertThat(hub.requests()).extracting(Request::server).contains("hub", "store");
        assertThat(hub.requests())
                .allSatisfy(request -> assertThat(request.authorization())
                        .isEqualTo(request.server().equals("hub") ? "Bearer hf_secret" : null));
    }

    @Test
    void aTokenIsNeverPrinted() {
        assertThat(new HubToken("hf_secret").toString()).doesNotContain("secret");
        assertThatThrownBy(() -> new HubToken("hf secret\r\nX: y"))
                .isInstanceOf(InvalidInput.class)
                .message()
                .doesNotContain("hf secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | false | lab/tiny at main: 127.0.0.1 wants to know who asks (401) | private or gated",
                "401 | true  | 127.0.0.1 refuses the token (401) | make a new one",
                "403 | false | access is restricted (403) | Accept the model's terms at http://127.0.0.1:",
                "403 | true  | the account of this token has no access (403) | /lab/tiny; then resume",
                "418 | false | answered 418 for the model | Check unembed.hub.url"
            })
    void refusalsSayWhatToDo(int status, boolean token, String what, String advice) {
        hub.publish("lab/tiny", "main", fixture());
        hub.refuse("lab/tiny", status);
        assertThatThrownBy(() -> download(token ? new HubToken("hf_x") : null).commit())
                .isInstanceOf(HubFailure.class)
                .hasMessageContaining(what)
                .hasMessageContaining(advice);
        assertThat(pauses).as("asking again wouldn't help").isEmpty();
    }

    @Test
    void whatIsNotThereIsNamed() {
        hub.publish("lab/tiny", "main", fixture());
        assertThatThrownBy(() -> download(new HubModel("lab/tiny", "v9"), null).commit())
                .hasMessageStartingWith("lab/tiny has no revision 'v9' (404). Give a branch, tag or commit");
        assertThatThrownBy(
                        () -> download(new HubModel("lab/tyni", "main"), null).commit())
                .hasMessageStartingWith("There is no model lab/tyni on 127.0.0.1");
    }

    @Test
    void aModelWithoutSafetensorsIsRefusedWithWhatThereIs() {
        Map<String, byte[]> files = fixture();
        files.put("pytorch_model.bin", files.remove(WEIGHTS));
        hub.publish("lab/tiny", "main", files);
        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubFailure.class)
                .hasMessageContaining("has no file model.safetensors; there is ")
                .hasMessageContaining("pytorch_model.bin");
    }

    @Test
    void aHubThatAsksToWaitIsWaitedFor() throws Exception {
        String commit = hub.publish("lab/tiny", "main", fixture());
        hub.trouble("api", new Refusal(429, Map.of("Retry-After", "7")), new Refusal(503));
        assertThat(download(null).commit()).isEqualTo(commit);
        assertThat(pauses.getFirst()).isEqualTo(Duration.ofSeconds(7));
        assertThat(pauses.get(1)).isBetween(Duration.ofMillis(1500), Duration.ofMillis(2500));
    }

    @Test
    void tooLongAPauseIsLeftToThePerson() {
        hub.publish("lab/tiny", "main", fixture());
        String inAnHour = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusHours(1));
        hub.trouble("api", new Refusal(429, Map.of("Retry-After", inAnHour)));
        assertThatThrownBy(() -> download(null).commit())
                .isInstanceOf(HubFailure.class)
                .hasMessageContaining("(too many requests) and asks to wait 60 min")
                .hasMessageContaining("resume the download then");
        assertThat(pauses).isEmpty();
    }

    @Test
    void patienceEnds() {
        hub.publish("lab/tiny", "main", fixture());
        Refusal down = new Refusal(502);
        hub.trouble("api", down, down, down, down, down);
        assertThatThrownBy(() -> download(null).commit())
                .isInstanceOf(HubFailure.class)
                .hasMessage("lab/tiny at main: the hub answered 502, 4 times in a row. What has arrived is kept; resume"
                        + " the download later.");
        assertThat(pauses).hasSize(3);
    }

    @Test
    void aSilentConnectionCountsAsLost() throws Exception {
        silence = Duration.ofMillis(300);
        Map<String, byte[]> files = fixture();
        hub.publish("lab/tiny", "main", files);
        hub.trouble(WEIGHTS, new Silence(80_000));
        assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(files.get(WEIGHTS));
        assertThat(pauses).hasSize(1);
    }

    @Test
    void nobodyThereIsSaid() {
        hub.close();
        assertThatThrownBy(() -> download(null).commit())
                .isInstanceOf(HubFailure.class)
                .hasMessageContaining("the hub can't be reached, 4 times in a row");
    }

    @Test
    void anInterruptStopsItAndKeepsWhatCame() throws Exception {
        Map<String, byte[]> files = fixture();
        String commit = hub.publish("lab/tiny", "main", files);
        Hold hold = new Hold(60_000, new CountDownLatch(1), new CountDownLatch(1));
        hub.trouble(WEIGHTS, hold);
        AtomicReference<@Nullable Throwable> end = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                download(null).fetch(commit, folder);
            } catch (Throwable e) {
                end.set(e);
            }
        });
        assertThat(hold.reached().await(20, TimeUnit.SECONDS)).isTrue();
        while (meter.read().receivedBytes() < 60_000) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        thread.join(20_000);
        assertThat(end.get()).isInstanceOf(InterruptedException.class);
        hold.goOn().countDown();

        hub.requests().clear();
        assertThat(fetch().resolve(WEIGHTS)).hasBinaryContent(files.get(WEIGHTS));
        assertThat(hub.requestsFor(WEIGHTS)).extracting(Request::range).contains("bytes=60000-");
    }

    @ParameterizedTest
    @CsvSource({
        "lab/tiny, '', lab/tiny, main",
        "https://hub.example/lab/tiny/, v2, lab/tiny, v2",
        "https://hub.example/lab/tiny/tree/refs/pr/3, '', lab/tiny, refs/pr/3",
        "gpt2, ' ', gpt2, main"
    })
    void aModelIsGivenAsIdOrAddress(String text, String revision, String id, String meant) {
        assertThat(HubModel.of(text, revision)).isEqualTo(new HubModel(id, meant));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b/c", "../etc", "lab/..", "lab/ tiny", "-x/y", "lab/tiny?x=1"})
    void anythingElseIsNoId(String text) {
        assertThatThrownBy(() -> HubModel.of(text, null))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("owner/name");
    }

    private Path fetch() throws IOException, InterruptedException {
        HubDownload download = download(null);
        return download.fetch(download.commit(), folder);
    }

    private HubDownload download(@Nullable HubToken token) {
        return download(MODEL, token);
    }

    private HubDownload download(HubModel model, @Nullable HubToken token) {
        HubSettings settings = new HubSettings(hub.url(), 4, Duration.ofSeconds(1), Duration.ofMinutes(5), silence);
        Retries.Sleeper sleeper = pause -> {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            pauses.add(pause);
        };
        return new HubDownload(
                new HubClient(settings, token, meter, sleeper), model, at -> disk.usableBytes(at), GIGABYTE, meter);
    }

    /** A GPT-2 of random weights, whose weight file is of the kind that lies elsewhere. */
    private static Map<String, byte[]> fixture() {
        Map<String, byte[]> files = new HashMap<>(FakeHub.files(Path.of("src/test/resources/fixtures/gpt2")));
        files.keySet().retainAll(List.of("config.json", WEIGHTS));
        return files;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
