package dev.unembed.engine.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.unembed.engine.Fixtures;
import dev.unembed.engine.transformer.PromptBatches.Batch;
import dev.unembed.engine.transformer.PromptBatches.Limits;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class PromptBatchesTest {
    static final List<String> TINY = Fixtures.TINY;

    /** Windows, ALiBi, rotary and learned positions: padding is to the right of everything that is read. */
    @ParameterizedTest
    @FieldSource("TINY")
    void aPromptAloneGivesWhatItGivesInABatch(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            Transformer transformer = model.transformer();
            int vocabulary = transformer.blueprint().dVocab();
            int[][] prompts = prompts(new int[] {12, 3, 7, 1, 12, 9}, vocabulary);
            List<Batch> batches = PromptBatches.of(prompts, new Limits(8, 1000, 0.9));
            assertThat(batches).hasSize(1);
            Batch batch = batches.getFirst();
            HookPoint last = HookPoint.at(
                    HookPoint.Site.RESID_POST, transformer.blueprint().layers() - 1);
            ForwardPass together = transformer.forward(batch.ids(), Hooks.none().capture(last));
            for (int i = 0; i < batch.size(); i++) {
                int[] prompt = prompts[batch.places()[i]];
                ForwardPass alone =
                        transformer.forward(new int[][] {prompt}, Hooks.none().capture(last));
                String as = name + ", prompt of " + prompt.length;
                assertClose(as, row(together.logits(), i, batch, vocabulary), alone.logits());
                assertClose(
                        as,
                        row(
                                together.cache().get(last).values(),
                                i,
                                batch,
                                transformer.blueprint().dModel()),
                        alone.cache().get(last).values());
            }
        }
    }

    /** In products of the same shape, where rounding is the same too, not one bit depends on what the padding is. */
    @ParameterizedTest
    @FieldSource("TINY")
    void whatThePaddingIsChangesNoBit(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            Transformer transformer = model.transformer();
            int vocabulary = transformer.blueprint().dVocab();
            Batch batch = PromptBatches.of(prompts(new int[] {12, 3, 7}, vocabulary), new Limits(8, 1000, 0.9))
                    .getFirst();
            float[] padded = transformer.forward(batch.ids(), Hooks.none()).logits();
            int[][] other = new int[batch.size()][];
            for (int i = 0; i < other.length; i++) {
                other[i] = batch.ids()[i].clone();
                Arrays.fill(other[i], batch.lengths()[i], other[i].length, vocabulary - 1);
            }
            float[] otherwise = transformer.forward(other, Hooks.none()).logits();
            for (int i = 0; i < batch.size(); i++) {
                assertThat(row(otherwise, i, batch, vocabulary))
                        .as(name + ", prompt " + i)
                        .isEqualTo(row(padded, i, batch, vocabulary));
            }
        }
    }

    @Test
    void everyPromptIsInOneBatchWithinTheLimits() {
        int[] lengths = new SplittableRandom(3).ints(200, 1, 60).toArray();
        int[][] prompts = prompts(lengths, 100);
        Limits limits = new Limits(16, 400, 0.1);
        boolean[] seen = new boolean[prompts.length];
        for (Batch batch : PromptBatches.of(prompts, limits)) {
            int tokens = batch.size() * batch.ids()[0].length;
            int own = Arrays.stream(batch.lengths()).sum();
            assertThat(batch.size()).isLessThanOrEqualTo(16);
            assertThat(tokens).isLessThanOrEqualTo(400);
            assertThat(tokens - own).isLessThanOrEqualTo(tokens / 10);
            for (int i = 0; i < batch.size(); i++) {
                int place = batch.places()[i];
                assertThat(seen[place]).isFalse();
                seen[place] = true;
                assertThat(batch.lengths()[i]).isEqualTo(prompts[place].length);
                assertThat(Arrays.copyOf(batch.ids()[i], batch.lengths()[i])).isEqualTo(prompts[place]);
                assertThat(batch.ids()[i]).hasSameSizeAs(batch.ids()[0]);
            }
        }
        assertThat(seen).doesNotContain(false);
    }

    @Test
    void withoutPaddingOnlyEqualLengthsShareABatch() {
        List<Batch> batches = PromptBatches.of(prompts(new int[] {5, 4, 5, 4, 5}, 100), new Limits(8, 1000, 0));
        assertThat(batches).extracting(Batch::size).containsExactly(2, 3);
        assertThat(batches.get(1).places()).containsExactly(0, 2, 4);
    }

    @Test
    void aPromptLongerThanABatchMayBeHasItsOwn() {
        List<Batch> batches = PromptBatches.of(prompts(new int[] {50, 3}, 100), new Limits(8, 10, 0.5));
        assertThat(batches).extracting(Batch::size).containsExactly(1, 1);
        assertThat(PromptBatches.of(new int[0][], Limits.standard())).isEmpty();
    }

    @Test
    void anEmptyPromptIsRefused() {
        assertThatThrownBy(() -> PromptBatches.of(new int[][] {{1}, {}}, Limits.standard()))
                .hasMessageContaining("prompt 1 is empty");
    }

    /** @return [prompt pos] */
    private static int[][] prompts(int[] lengths, int vocabulary) {
        SplittableRandom random = new SplittableRandom(7);
        return IntStream.of(lengths)
                .mapToObj(length -> random.ints(length, 0, vocabulary).toArray())
                .toArray(int[][]::new);
    }

    /** The prompt's own positions of a tensor [batch pos width]. */
    private static float[] row(float[] values, int prompt, Batch batch, int width) {
        int first = prompt * batch.ids()[0].length * width;
        return Arrays.copyOfRange(values, first, first + batch.lengths()[prompt] * width);
    }

    /**
     * Within 1e-5 of the largest value, or of 1: libtorch rounds a product of few rows otherwise than one of many, with or
     * without padding.
     */
    private static void assertClose(String as, float[] actual, float[] expected) {
        assertThat(actual).as(as).hasSameSizeAs(expected);
        float largest = 1;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as(as + ", largest value " + largest).isCloseTo(expected[i], within(1e-5f * largest));
        }
    }
}
