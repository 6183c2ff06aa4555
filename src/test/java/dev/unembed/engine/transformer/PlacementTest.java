package dev.unembed.engine.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.unembed.engine.Fixtures;
import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.architecture.ModelFolder.Residence;
import dev.unembed.engine.experiment.LensReading;
import dev.unembed.engine.result.LensGrid;
import dev.unembed.engine.tensor.ComputeDevice;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model whose blocks are divided among devices is the same model. The devices here are parts of the host's memory. */
class PlacementTest {
    static final List<String> TINY = Fixtures.TINY;
    private static final Placement TWO = Placement.parse("cpu:0, cpu:1");
    private static final int[][] IDS = {{5, 17, 80, 3, 9, 44, 2}, {1, 2, 3, 4, 5, 6, 7}};

    @ParameterizedTest
    @FieldSource("TINY")
    void everyFamilyComputesTheSameBits(String name) {
        try (LanguageModel whole = Fixtures.load(Fixtures.tiny(name));
                LanguageModel divided = placed(Fixtures.tiny(name), TWO, Residence.RESIDENT)) {
            Hooks all = Hooks.none().capture(whole.transformer().hookPoints());
            for (Hooks hooks : List.of(Hooks.none(), all)) {
                ForwardPass expected = whole.transformer().forward(IDS, hooks);
                ForwardPass found = divided.transformer().forward(IDS, hooks);
                assertThat(found.logits()).isEqualTo(expected.logits());
                for (HookPoint point : hooks.points()) {
                    assertThat(found.cache().get(point).values())
                            .as(point.toString())
                            .isEqualTo(expected.cache().get(point).values());
                }
            }
        }
    }

    /** Weights that moved with every pass would make each pass as slow as loading the model. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "gemma2", "bloom"})
    void onlyTheStreamAndWhatIsMadeOfThePromptMove(String name) {
        try (LanguageModel divided = placed(Fixtures.tiny(name), TWO, Residence.RESIDENT);
                TensorScope scope = new TensorScope()) {
            Transformer transformer = divided.transformer();
            Torch.prepareThread(1);
            long before = TensorOps.movedBytes();
            transformer.streams(IDS, Probe.NOTHING, scope);
            int positions = 2 * 7;
            long stream = 4L * positions * transformer.blueprint().dModel();
            long ids = 2 * 4L * positions; // counted as if they were numbers of 4 bytes
            long angles = 2 * 2 * 4L * 7 * transformer.blueprint().attention().dHead();
            long masks =
                    2 * 2 * 4L * 7 * 7 * transformer.blueprint().attention().nHeads();
            assertThat(TensorOps.movedBytes() - before).isBetween(stream, stream + ids + angles + masks);
        }
    }

    @ParameterizedTest
    @EnumSource(Residence.class)
    void aLensReadsTheSameOnADevice(Residence residence) {
        LensReading.Params params = LensReading.Params.of(
                "The capital of Australia is", null, null, 10, List.of(" Canberra", " Sydney"), true, null, null);
        try (LanguageModel whole = Fixtures.load(Fixtures.demo());
                LanguageModel divided = placed(Fixtures.demo(), TWO, residence)) {
            LensGrid expected = new LensReading().run(params, new RecordingContext(whole));
            LensGrid found = new LensReading().run(params, new RecordingContext(divided));
            assertThat(found.values().topIds()).isEqualTo(expected.values().topIds());
            assertThat(found.values().trackedRank()).isEqualTo(expected.values().trackedRank());
            assertClose(found.values().topLogProbs(), expected.values().topLogProbs());
            assertClose(found.values().entropy(), expected.values().entropy());
            assertClose(found.values().klToFinal(), expected.values().klToFinal());
            assertClose(found.values().trackedLogProb(), expected.values().trackedLogProb());
        }
    }

    @Test
    void blocksAreDividedInOrder() {
        assertThat(IntStream.range(0, 5).mapToObj(l -> TWO.ofBlock(l, 5).name()))
                .containsExactly("cpu:0", "cpu:0", "cpu:0", "cpu:1", "cpu:1");
        assertThat(Placement.HOST.ofBlock(3, 4)).isEqualTo(ComputeDevice.HOST);
        assertThat(TWO).hasToString("cpu:0, cpu:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "cuda", "cuda:x", "cpu,", "cuda:0;cuda:1", "cuda:0, cuda:0"})
    void whatIsNoPlacementIsRefused(String devices) {
        assertThatThrownBy(() -> Placement.parse(devices)).isInstanceOf(InvalidInput.class);
    }

    @Test
    void aDeviceThatIsNotThereIsRefused() {
        Placement.parse("cpu, cpu:1").requireUsable();
        assertThatThrownBy(() -> Placement.parse("cpu:0, cuda:99").requireUsable())
                .isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("Device cuda:99 can't be used here. The ");
    }

    private static void assertClose(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i])
                    .as("at " + i)
                    .isCloseTo(expected[i], within(2e-5f * Math.max(1, Math.abs(expected[i]))));
        }
    }

    private static LanguageModel placed(Path folder, Placement placement, Residence residence) {
        return ModelFolder.open(folder).load(residence, placement, (done, total) -> {});
    }
}
