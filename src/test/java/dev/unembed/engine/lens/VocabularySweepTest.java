package dev.unembed.engine.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.unembed.engine.Fixtures;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Transformer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class VocabularySweepTest {
    static final List<String> TINY = Fixtures.TINY_WITH_LENS;
    private static final int[] TRACKED = {7, 0, 256};

    /** Against the whole of the reference's log-probs, in double: every statistic has a one-line definition there. */
    @ParameterizedTest
    @FieldSource("TINY")
    void everyStatisticEqualsItsDefinitionOnTheReference(String name) {
        SafetensorsFile reference = SafetensorsFile.open(Fixtures.tiny(name).resolve("reference.safetensors"));
        double[] logProbs = reference.doubles("lens_logprobs"); // [row batch pos d_vocab]
        int rows = 4;
        int positions = 12;
        int vocabulary = 257;
        int[] ids = Arrays.copyOf(reference.ints("input_ids"), positions);
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            LensStatistics s = sweep(model.transformer(), ids, new VocabularySweep.Settings(50, 2, false));
            assertThat(s.rows()).isEqualTo(rows);
            assertThat(s.maxAbsLogitDifference()).isLessThan(1e-4f);
            for (int row = 0; row < rows; row++) {
                for (int position = 0; position < positions; position++) {
                    double[] p = slice(logProbs, row * 2 * positions + position, vocabulary);
                    double[] last = slice(logProbs, (rows - 1) * 2 * positions + position, vocabulary);
                    int cell = row * positions + position;
                    String where = name + " row " + row + " position " + position;
                    assertThat((double) s.entropyNats()[cell])
                            .as("entropy, " + where)
                            .isCloseTo(
                                    -IntStream.range(0, vocabulary)
                                            .mapToDouble(v -> Math.exp(p[v]) * p[v])
                                            .sum(),
                                    within(1e-4));
                    assertThat((double) s.klNats()[cell])
                            .as("KL, " + where)
                            .isCloseTo(
                                    IntStream.range(0, vocabulary)
                                            .mapToDouble(v -> Math.exp(last[v]) * (last[v] - p[v]))
                                            .sum(),
                                    within(1e-4));
                    int[] order = order(p);
                    for (int k = 0; k < 10; k++) {
                        assertThat((double) s.topLogProbs()[cell * 10 + k])
                                .as("log-prob of place " + k + ", " + where)
                                .isCloseTo(p[order[k]], within(1e-4));
                        assertThat(p[s.topIds()[cell * 10 + k]]).isCloseTo(p[order[k]], within(2e-5));
                    }
                    for (int t = 0; t < TRACKED.length; t++) {
                        double own = p[TRACKED[t]];
                        assertThat((double) s.trackedLogProbs()[t * rows * positions + cell])
                                .isCloseTo(own, within(1e-4));
                        assertThat(s.trackedRanks()[t * rows * positions + cell])
                                .as("rank, " + where)
                                .isBetween(1 + above(p, own + 2e-5), 1 + above(p, own - 2e-5));
                    }
                    int top = order(last)[0];
                    assertThat(s.finalIds()[position]).isEqualTo(top);
                    assertThat((double) s.finalLogProbs()[cell]).isCloseTo(p[top], within(1e-4));
                    assertThat(s.finalRanks()[cell])
                            .isBetween(1 + above(p, p[top] + 2e-5), 1 + above(p, p[top] - 2e-5));
                }
            }
        }
    }

    @Test
    void blocksCoresAndVectorsDontChangeTheNumbers() {
        try (LanguageModel model = Fixtures.load(Fixtures.demo())) {
            int[] ids = {0, 388, 291, 283, 1245, 295};
            LensStatistics plain = sweep(model.transformer(), ids, new VocabularySweep.Settings(4096, 1, true));
            for (VocabularySweep.Settings settings : List.of(
                    new VocabularySweep.Settings(4096, 1, false),
                    new VocabularySweep.Settings(100, 1, false),
                    new VocabularySweep.Settings(333, 3, false),
                    new VocabularySweep.Settings(7, 2, true))) {
                LensStatistics other = sweep(model.transformer(), ids, settings);
                String as = settings.toString();
                assertThat(other.topIds()).as(as).isEqualTo(plain.topIds());
                assertNearlySameRanks(as, other.finalRanks(), plain.finalRanks());
                assertNearlySameRanks(as, other.trackedRanks(), plain.trackedRanks());
                assertClose(as, other.topLogProbs(), plain.topLogProbs());
                assertClose(as, other.entropyNats(), plain.entropyNats());
                assertClose(as, other.klNats(), plain.klNats());
                assertClose(as, other.finalLogProbs(), plain.finalLogProbs());
                assertClose(as, other.trackedLogProbs(), plain.trackedLogProbs());
            }
        }
    }

    @Test
    void promptsOfABatchReadAsTheyDoAlone() {
        try (LanguageModel model = Fixtures.load(Fixtures.demo());
                TensorScope scope = new TensorScope()) {
            int[][] prompts = {{0, 388, 291, 283}, {0, 1245, 295, 7}, {0, 5, 6, 388}};
            var settings = new VocabularySweep.Settings(333, 2, false);
            Torch.prepareThread(1);
            ResidualStreams streams = new ResidualStreams(model.transformer(), prompts, false, scope, new Meter(1));
            LensStatistics together = VocabularySweep.run(
                    new LensQuestion(model.transformer(), new Lens.Logit(), streams.rows(), 10, TRACKED),
                    new Meter(1),
                    settings);
            for (int prompt = 0; prompt < prompts.length; prompt++) {
                LensStatistics alone = sweep(model.transformer(), prompts[prompt], settings);
                for (int row = 0; row < alone.rows(); row++) {
                    for (int position = 0; position < 4; position++) {
                        int one = row * 4 + position;
                        int cell = row * 12 + prompt * 4 + position;
                        assertThat(together.entropyNats()[cell]).isCloseTo(alone.entropyNats()[one], within(2e-5f));
                        assertThat(together.klNats()[cell]).isCloseTo(alone.klNats()[one], within(2e-5f));
                        assertThat(together.topIds()[cell * 10]).isEqualTo(alone.topIds()[one * 10]);
                    }
                }
            }
        }
    }

    @Test
    void theSameRunGivesTheSameBits() {
        try (LanguageModel model = Fixtures.load(Fixtures.demo())) {
            int[] ids = {0, 388, 291, 283, 1245, 295};
            var settings = new VocabularySweep.Settings(256, 2, false);
            LensStatistics first = sweep(model.transformer(), ids, settings);
            LensStatistics second = sweep(model.transformer(), ids, settings);
            assertThat(second.topLogProbs()).isEqualTo(first.topLogProbs());
            assertThat(second.klNats()).isEqualTo(first.klNats());
            assertThat(second.entropyNats()).isEqualTo(first.entropyNats());
        }
    }

    @Test
    void aStoppedMeterEndsTheSweep() {
        try (LanguageModel model = Fixtures.load(Fixtures.demo());
                TensorScope scope = new TensorScope()) {
            Torch.prepareThread(1);
            ResidualStreams streams =
                    new ResidualStreams(model.transformer(), new int[] {0, 388}, false, scope, new Meter(1));
            Meter stopped = new Meter(1);
            stopped.stop();
            assertThatThrownBy(() -> VocabularySweep.run(
                            new LensQuestion(model.transformer(), new Lens.Logit(), streams.rows(), 10, new int[0]),
                            stopped,
                            VocabularySweep.Settings.standard()))
                    .isInstanceOf(CancellationException.class);
        }
    }

    private static LensStatistics sweep(Transformer model, int[] ids, VocabularySweep.Settings settings) {
        Torch.prepareThread(1);
        try (TensorScope scope = new TensorScope()) {
            ResidualStreams streams = new ResidualStreams(model, ids, false, scope, new Meter(1));
            return VocabularySweep.run(
                    new LensQuestion(model, new Lens.Logit(), streams.rows(), 10, TRACKED), new Meter(1), settings);
        }
    }

    private static void assertClose(String as, float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as(as).isCloseTo(expected[i], within(2e-5f));
        }
    }

    /** Matrix products of another shape differ in the last bits, so of two tied tokens another one may come first. */
    private static void assertNearlySameRanks(String as, int[] actual, int[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as(as).isCloseTo(expected[i], within(expected[i] > 10 ? 1 : 0));
        }
    }

    private static double[] slice(double[] all, int row, int length) {
        return Arrays.copyOfRange(all, row * length, (row + 1) * length);
    }

    private static int[] order(double[] p) {
        return IntStream.range(0, p.length)
                .boxed()
                .sorted((a, b) -> Double.compare(p[b], p[a]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static int above(double[] p, double threshold) {
        return (int) Arrays.stream(p).filter(x -> x > threshold).count();
    }
}
