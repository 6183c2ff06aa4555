package dev.unembed.engine.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.HookPoint.Site;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A pass that begins in the middle goes on exactly as the whole pass does. */
class ResumeTest {
    static final List<String> TINY = Fixtures.TINY;
    private static final int[][] IDS = {{5, 9, 200, 17, 3, 44, 7, 7}, {8, 8, 8, 1, 2, 3, 91, 250}};
    private static final int POSITIONS = 8;

    @BeforeEach
    void prepare() {
        Torch.prepareThread(1);
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void fromTheStreamThatEntersAnyBlock(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name));
                TensorScope scope = new TensorScope()) {
            Transformer transformer = model.transformer();
            Seen seen = new Seen(transformer, scope);
            for (int l = 0; l <= transformer.blueprint().layers(); l++) {
                NDArray entering = l < transformer.blueprint().layers() ? seen.at(Site.RESID_PRE, l) : seen.last;
                NDArray resumed = transformer.resume(
                        new Entry.AtBlock(l, entering), Reach.everything(POSITIONS), Probe.NOTHING, scope);
                assertSame(resumed, seen.last);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void aPassThatEndsEarlyIsTheBeginningOfTheWholeOne(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name));
                TensorScope scope = new TensorScope()) {
            Transformer transformer = model.transformer();
            Seen seen = new Seen(transformer, scope);
            int layers = transformer.blueprint().layers();
            for (int l = 0; l < layers; l++) {
                assertSame(transformer.streamsInto(l, IDS, Probe.NOTHING, scope), seen.at(Site.RESID_PRE, l));
            }
            assertSame(transformer.streamsInto(layers, IDS, Probe.NOTHING, scope), seen.last);
        }
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void fromTheMiddleOfAnyBlock(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name));
                TensorScope scope = new TensorScope()) {
            Transformer transformer = model.transformer();
            Seen seen = new Seen(transformer, scope);
            for (int l = 0; l < transformer.blueprint().layers(); l++) {
                NDArray residPre = seen.at(Site.RESID_PRE, l);
                Reach all = Reach.everything(POSITIONS);
                assertSame(
                        transformer.resume(
                                new Entry.AfterHeads(l, residPre, seen.at(Site.Z, l)), all, Probe.NOTHING, scope),
                        seen.last);
                assertSame(
                        transformer.resume(
                                new Entry.AfterAttention(l, residPre, seen.at(Site.ATTN_OUT, l)),
                                all,
                                Probe.NOTHING,
                                scope),
                        seen.last);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void fromAnyPositionWithTheKeysAndValuesBefore(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name));
                TensorScope scope = new TensorScope()) {
            Transformer transformer = model.transformer();
            Seen seen = new Seen(transformer, scope);
            TensorOps ops = scope.ops();
            NDArray end = ops.narrow(seen.last, 1, POSITIONS - 1, POSITIONS);
            for (int l = 0; l < transformer.blueprint().layers(); l++) {
                for (int from = 0; from < POSITIONS; from++) {
                    NDArray residPre = ops.narrow(seen.at(Site.RESID_PRE, l), 1, from, POSITIONS);
                    NDArray z = ops.narrow(seen.at(Site.Z, l), 1, from, POSITIONS);
                    Reach reach = Reach.toEnd(POSITIONS, from, seen.keyValues);
                    assertSame(transformer.resume(new Entry.AtBlock(l, residPre), reach, Probe.NOTHING, scope), end);
                    assertSame(
                            transformer.resume(new Entry.AfterHeads(l, residPre, z), reach, Probe.NOTHING, scope), end);
                }
            }
        }
    }

    /** Two copies of each prompt, the second one changed from position 5 on: each gets what it would get alone. */
    @ParameterizedTest
    @FieldSource("TINY")
    void severalVariantsOfTheSamePromptsAtOnce(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name));
                TensorScope scope = new TensorScope()) {
            Transformer transformer = model.transformer();
            Seen seen = new Seen(transformer, scope);
            TensorOps ops = scope.ops();
            NDArray plain = ops.narrow(seen.at(Site.RESID_PRE, 1), 1, 5, POSITIONS); // [batch pos d_model]
            NDArray changed = ops.multiply(plain, 0.5);
            int d = transformer.blueprint().dModel();
            NDArray both = ops.reshape(ops.stack(new NDArray[] {plain, changed}, 0), 4, POSITIONS - 5, d);
            Reach reach = Reach.toEnd(POSITIONS, 5, seen.keyValues);
            float[] together = transformer
                    .resume(new Entry.AtBlock(1, both), reach, Probe.NOTHING, scope)
                    .toFloatArray();
            float[] first = transformer
                    .resume(new Entry.AtBlock(1, plain), reach, Probe.NOTHING, scope)
                    .toFloatArray();
            float[] second = transformer
                    .resume(new Entry.AtBlock(1, changed), reach, Probe.NOTHING, scope)
                    .toFloatArray();
            for (int i = 0; i < first.length; i++) {
                assertThat(together[i]).isCloseTo(first[i], within(1e-5f));
                assertThat(together[first.length + i]).isCloseTo(second[i], within(1e-5f));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void whatIsReadAtTheEndIsTheEndOfAWholePass(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name));
                TensorScope scope = new TensorScope()) {
            Transformer transformer = model.transformer();
            ForwardPass whole = transformer.forward(IDS, Hooks.none());
            NDArray end = transformer.streams(IDS, Reach.toEnd(POSITIONS), Probe.NOTHING, scope);
            assertThat(end.getShape().getShape())
                    .containsExactly(2, 1, transformer.blueprint().dModel());
            float[][] logits = transformer.logitsAtEnd(end, new int[][] {{3, 17}, {250, 0}});
            assertThat(logits[0][0]).isCloseTo(whole.logit(0, 7, 3), within(1e-4f));
            assertThat(logits[0][1]).isCloseTo(whole.logit(0, 7, 17), within(1e-4f));
            assertThat(logits[1][0]).isCloseTo(whole.logit(1, 7, 250), within(1e-4f));
            assertThat(logits[1][1]).isCloseTo(whole.logit(1, 7, 0), within(1e-4f));
        }
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void editsAndHooksThatDoTheSameGiveTheSame(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name));
                TensorScope scope = new TensorScope()) {
            Transformer transformer = model.transformer();
            HookPoint z = HookPoint.at(Site.Z, 1);
            int heads = transformer.blueprint().attention().nHeads();
            float[] keep = new float[heads];
            java.util.Arrays.fill(keep, 1);
            keep[1] = 0;
            float[] fill = new float[heads];
            fill[1] = 0.25f;
            Edits edits = Edits.none()
                    .at(
                            z,
                            Edits.Edit.blend(
                                    scope.ops().create(keep, 1, 1, heads, 1),
                                    scope.ops().create(fill, 1, 1, heads, 1)));
            ForwardPass hooked = transformer.forward(IDS, Hooks.none().replace(z, a -> {
                float[] changed = a.values().clone();
                for (int i = 0; i < changed.length; i++) {
                    if (i / a.shape()[3] % heads == 1) {
                        changed[i] = 0.25f;
                    }
                }
                return a.withValues(changed);
            }));
            NDArray end = transformer.streams(IDS, Reach.toEnd(POSITIONS), edits, scope);
            assertThat(transformer.logitsAtEnd(end, new int[][] {{3}, {3}})[1][0])
                    .isCloseTo(hooked.logit(1, 7, 3), within(1e-4f));
            assertThat(edits.firstBlock(9)).isEqualTo(1);
        }
    }

    private static void assertSame(NDArray actual, NDArray expected) {
        float[] a = actual.toFloatArray();
        float[] e = expected.toFloatArray();
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        double worst = 0;
        for (int i = 0; i < a.length; i++) {
            worst = Math.max(worst, Math.abs(a[i] - e[i]));
        }
        assertThat(worst).isLessThan(2e-5);
    }

    /** One whole pass with everything that a later one may begin with. */
    private static final class Seen implements Probe {
        private final Map<HookPoint, NDArray> kept = new HashMap<>();
        private final TensorScope scope;
        final KeyValues keyValues;
        final NDArray last;

        Seen(Transformer transformer, TensorScope scope) {
            this.scope = scope;
            keyValues = new KeyValues(transformer.blueprint().layers(), scope);
            last = transformer.streams(IDS, this.and(keyValues), scope);
        }

        @Override
        public boolean wants(HookPoint point) {
            return point.site() == Site.RESID_PRE || point.site() == Site.Z || point.site() == Site.ATTN_OUT;
        }

        @Override
        public NDArray see(HookPoint point, NDArray tensor, TensorOps ops) {
            kept.put(point, scope.keep(tensor));
            return tensor;
        }

        NDArray at(Site site, int layer) {
            return Objects.requireNonNull(kept.get(HookPoint.at(site, layer)));
        }
    }
}
