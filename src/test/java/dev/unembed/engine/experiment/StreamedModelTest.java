package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.NativeMemory;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.architecture.ModelFolder.Residence;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.result.LensGrid;
import dev.unembed.engine.transformer.Hooks;
import dev.unembed.engine.transformer.LanguageModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A model that is streamed is the same model in less memory. */
class StreamedModelTest {
    static final List<String> TINY = Fixtures.TINY;
    private static final int[][] IDS = {{5, 17, 80, 3, 9, 44, 2}, {1, 2, 3, 4, 5, 6, 7}};
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temp;

    @ParameterizedTest
    @FieldSource("TINY")
    void everyFamilyComputesTheSame(String name) {
        try (LanguageModel resident = Fixtures.load(Fixtures.tiny(name));
                LanguageModel streamed = streamed(Fixtures.tiny(name))) {
            assertThat(streamed.streamed()).isTrue();
            assertThat(resident.streamed()).isFalse();
            Hooks all = Hooks.none().capture(resident.transformer().hookPoints());
            for (Hooks hooks : List.of(Hooks.none(), all)) {
                assertClose(
                        streamed.transformer().forward(IDS, hooks).logits(),
                        resident.transformer().forward(IDS, hooks).logits());
            }
        }
    }

    @Test
    void aLensReadsTheSame() {
        try (LanguageModel resident = Fixtures.load(Fixtures.demo());
                LanguageModel streamed = streamed(Fixtures.demo())) {
            assertSameLens(streamed, resident, LensReading.Params.ofPrompt("The capital of Australia is"));
        }
    }

    @Test
    void attributionGivesTheSameVotes() {
        LogitAttribution.Params params = LogitAttribution.Params.ofExamples(
                List.of(PromptExample.of("The capital of Australia is", " Canberra", " Sydney")));
        try (LanguageModel resident = Fixtures.load(Fixtures.demo());
                LanguageModel streamed = streamed(Fixtures.demo())) {
            var expected = new LogitAttribution().run(params, new RecordingContext(resident));
            var found = new LogitAttribution().run(params, new RecordingContext(streamed));
            assertClose(found.values().votes(), expected.values().votes());
            assertClose(found.values().neuronVotes(), expected.values().neuronVotes());
        }
    }

    @Test
    void theLargestModelReadsTheSame() {
        Optional<Path> folder = Fixtures.shared("smollm2-135m-instruct");
        Assumptions.assumeTrue(folder.isPresent(), "the real model lies outside the project and isn't there");
        try (LanguageModel resident = Fixtures.load(folder.orElseThrow());
                LanguageModel streamed = streamed(folder.orElseThrow())) {
            assertSameLens(streamed, resident, LensReading.Params.ofPrompt("The Eiffel Tower stands in the city of"));
        }
    }

    @Test
    void aLensOfTheLargestModelRunsInAThirdOfItsWeights() throws IOException, InterruptedException {
        Optional<Path> folder = Fixtures.shared("smollm2-135m-instruct");
        Assumptions.assumeTrue(folder.isPresent(), "the real model lies outside the project and isn't there");
        assertRunsInAThird(folder.orElseThrow());
    }

    @Test
    void aLensOfAMadeUpModelRunsInAThirdOfItsWeights() throws IOException, InterruptedException {
        assertRunsInAThird(madeUp());
    }

    private static void assertRunsInAThird(Path folder) throws IOException, InterruptedException {
        Assumptions.assumeTrue(StreamedLens.isMeasurable(), "a process's peak of memory is known on Linux only");
        long weights = ModelFolder.open(folder).memoryBytes();
        StreamedLens.Cost cost =
                StreamedLens.inOwnProcess(Fixtures.demo(), folder, Residence.STREAMED, 32, 64); // heap far below it
        assertThat(cost.bytes()).as("peak of %d bytes of weights", weights).isLessThan(weights / 3);
    }

    @Test
    void theEstimateHoldsABlockAndFewRows() {
        for (String name : TINY) {
            ModelFolder folder = ModelFolder.open(Fixtures.tiny(name));
            try (LanguageModel model = streamed(Fixtures.tiny(name))) {
                assertThat(model.bytes()).isEqualTo(folder.streamedBytes());
            }
        }
    }

    @Test
    void aFileShortenedMeanwhileIsAnError() throws IOException {
        Path folder = Fixtures.copy(Fixtures.demo(), temp.resolve("shortened"));
        try (LanguageModel model = streamed(folder)) {
            Path weights = folder.resolve("model.safetensors");
            try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
                channel.truncate(channel.size() / 2);
            }
            assertThatThrownBy(() -> model.transformer().forward(IDS, Hooks.none()))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("model.safetensors")
                    .hasMessageContaining("when it was opened");
        }
    }

    @Test
    void aMappedFileShortenedBeforeLoadingIsAnError() throws IOException {
        Path path = Fixtures.copy(Fixtures.tiny("llama"), temp.resolve("mapped"));
        ModelFolder folder = ModelFolder.open(path);
        try (FileChannel channel = FileChannel.open(path.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);
        }
        assertThatThrownBy(folder::load).isInstanceOf(InvalidInput.class).hasMessageContaining("when it was opened");
    }

    @Test
    void loadingEndsWhereItIsToldAndLeavesNothingBehind() throws IOException {
        Assumptions.assumeTrue(NativeMemory.isCounted(), "native memory is counted with glibc only");
        ModelFolder folder = ModelFolder.open(madeUp());
        Fixtures.load(Fixtures.demo()).close();
        long before = NativeMemory.bytesInUse();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> folder.load(Residence.RESIDENT, (done, total) -> {
                        if (done > total / 10) {
                            throw new CancellationException("cancelled by the test");
                        }
                    }))
                    .isInstanceOf(CancellationException.class);
        }
        long limit = before + folder.memoryBytes() / 20;
        assertThat(NativeMemory.bytesInUseAfterCollecting(limit)).isLessThanOrEqualTo(limit);
    }

    @Test
    void loadingSaysHowFarItIs() {
        long[] last = {0, 0};
        ModelFolder.open(Fixtures.demo())
                .load(Residence.RESIDENT, (done, total) -> {
                    assertThat(done).isBetween(last[0], total);
                    last[0] = done;
                    last[1] = total;
                })
                .close();
        assertThat(last[0]).isGreaterThan((long) (0.9 * last[1])); // the rest is the header
    }

    /** Of 420 MB as fp32, in a file that is a hole: all weights are 0, and no disk is filled. */
    private Path madeUp() throws IOException {
        int layers = 32;
        int d = 512;
        int vocabulary = 8192;
        Path folder = Fixtures.copy(Fixtures.tiny("gpt2"), temp.resolve("made-up"));
        ObjectNode config =
                (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
        config.put("n_layer", layers).put("n_embd", d).put("n_head", 8).put("vocab_size", vocabulary);
        JSON.writeValue(folder.resolve("config.json").toFile(), config);
        ObjectNode header = JSON.createObjectNode();
        long[] end = {0};
        add(header, end, "wte.weight", vocabulary, d);
        add(header, end, "wpe.weight", config.get("n_positions").intValue(), d);
        for (int l = 0; l < layers; l++) {
            String h = "h." + l + ".";
            for (String norm : List.of("ln_1", "ln_2")) {
                add(header, end, h + norm + ".weight", d);
                add(header, end, h + norm + ".bias", d);
            }
            linear(header, end, h + "attn.c_attn", d, 3 * d);
            linear(header, end, h + "attn.c_proj", d, d);
            linear(header, end, h + "mlp.c_fc", d, 4 * d);
            linear(header, end, h + "mlp.c_proj", 4 * d, d);
        }
        add(header, end, "ln_f.weight", d);
        add(header, end, "ln_f.bias", d);
        byte[] text = JSON.writeValueAsBytes(header);
        Path file = folder.resolve("model.safetensors");
        Files.delete(file);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(text.length)
                    .array());
            out.write(text);
            out.setLength(8 + text.length + end[0]);
        }
        return folder;
    }

    private static void linear(ObjectNode header, long[] end, String name, int in, int out) {
        add(header, end, name + ".weight", in, out);
        add(header, end, name + ".bias", out);
    }

    private static void add(ObjectNode header, long[] end, String name, int... shape) {
        ObjectNode entry = header.putObject(name).put("dtype", "BF16");
        entry.putPOJO("shape", shape);
        long bytes = Short.BYTES;
        for (int axis : shape) {
            bytes *= axis;
        }
        entry.putArray("data_offsets").add(end[0]).add(end[0] + bytes);
        end[0] += bytes;
    }

    private static LanguageModel streamed(Path folder) {
        return ModelFolder.open(folder).load(Residence.STREAMED, (done, total) -> {});
    }

    private static void assertSameLens(LanguageModel streamed, LanguageModel resident, LensReading.Params params) {
        LensGrid found = new LensReading().run(params, new RecordingContext(streamed));
        LensGrid expected = new LensReading().run(params, new RecordingContext(resident));
        assertThat(found.values().topIds()).isEqualTo(expected.values().topIds());
        assertClose(found.values().topLogProbs(), expected.values().topLogProbs());
        assertClose(found.values().entropy(), expected.values().entropy());
        assertClose(found.values().klToFinal(), expected.values().klToFinal());
    }

    private static void assertClose(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(Math.abs(found[i] - expected[i]))
                    .as("entry %d, %s and %s", i, found[i], expected[i])
                    .isLessThanOrEqualTo(1e-5f);
        }
    }
}
