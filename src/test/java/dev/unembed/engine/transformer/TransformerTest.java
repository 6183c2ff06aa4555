package dev.unembed.engine.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.transformer.Blueprint.Flow;
import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.Blueprint.Span;
import dev.unembed.engine.transformer.HookPoint.Site;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What must hold of any model, whatever its weights. */
class TransformerTest {
    static final List<String> TINY = Fixtures.TINY;
    private static final int[][] IDS = {{5, 9, 200, 17, 3, 44}, {8, 8, 8, 1, 2, 3}};

    @ParameterizedTest
    @FieldSource("TINY")
    void aBlockAddsAttentionAndMlpToTheStream(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            ActivationCache cache = everything(model).cache();
            for (int l = 0; l < model.transformer().blueprint().layers(); l++) {
                float[] pre = cache.get(HookPoint.at(Site.RESID_PRE, l)).values();
                float[] attention = cache.get(HookPoint.at(Site.ATTN_OUT, l)).values();
                HookPoint midPoint = HookPoint.at(Site.RESID_MID, l);
                assertThat(cache.has(midPoint))
                        .isEqualTo(model.transformer().blueprint().flow() == Flow.SEQUENTIAL);
                float[] mlp = cache.get(HookPoint.at(Site.MLP_OUT, l)).values();
                float[] post = cache.get(HookPoint.at(Site.RESID_POST, l)).values();
                double worst = 0;
                for (int i = 0; i < post.length; i++) {
                    float mid = pre[i] + attention[i];
                    if (cache.has(midPoint)) {
                        worst = Math.max(worst, Math.abs(cache.get(midPoint).values()[i] - mid));
                    }
                    worst = Math.max(worst, Math.abs(post[i] - (mid + mlp[i])));
                }
                assertThat(worst).as("block " + l).isLessThan(1e-5);
            }
        }
    }

    /** Where no norm follows them. */
    @ParameterizedTest
    @FieldSource("TINY")
    void headsAndTheOutputBiasSumToAttentionsOutput(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            Transformer transformer = model.transformer();
            if (transformer.blueprint().normPlacement() != NormPlacement.BEFORE) {
                return;
            }
            Activation z = everything(model).cache().get(HookPoint.at(Site.Z, 1)); // [batch pos head d_head]
            Activation out = everything(model).cache().get(HookPoint.at(Site.ATTN_OUT, 1)); // [batch pos d_model]
            TransformerWeights.Linear<NDArray> o =
                    transformer.weights().open(1).weights().attention().o();
            int dModel = transformer.blueprint().dModel();
            int width = z.shape()[2] * z.shape()[3];
            float[] wO = contiguous(o.weight()); // [d_model head·d_head]
            float[] bias = o.bias() == null ? new float[dModel] : contiguous(o.bias());
            double worst = 0;
            for (int row = 0; row < z.values().length / width; row++) {
                for (int d = 0; d < dModel; d++) {
                    double sum = bias[d];
                    for (int i = 0; i < width; i++) {
                        sum += (double) z.values()[row * width + i] * wO[d * width + i];
                    }
                    worst = Math.max(worst, Math.abs(out.values()[row * dModel + d] - sum));
                }
            }
            assertThat(worst).isLessThan(1e-4);
        }
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void replacingAnyHookPointWithItselfChangesNothing(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            Transformer transformer = model.transformer();
            for (HookPoint point : transformer.hookPoints()) {
                // with a capture at the same place, so that both take the same path through attention and norms
                float[] clean =
                        transformer.forward(IDS, Hooks.none().capture(point)).logits();
                float[] patched = transformer
                        .forward(
                                IDS,
                                Hooks.none()
                                        .replace(
                                                point,
                                                a -> a.withValues(a.values().clone())))
                        .logits();
                assertThat(patched).as(point.toString()).isEqualTo(clean);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void replacingAnyHookPointWithZerosChangesTheLogits(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            float[] clean = everything(model).logits();
            for (HookPoint point : model.transformer().hookPoints()) {
                float fill = point.site().text().endsWith("scale") ? 1 : 0; // a scale of 0 would divide by it
                float[] patched = model.transformer()
                        .forward(IDS, Hooks.none().replace(point, a -> {
                            float[] constant = new float[a.values().length];
                            java.util.Arrays.fill(constant, fill);
                            return a.withValues(constant);
                        }))
                        .logits();
                assertThat(patched).as(point.toString()).isNotEqualTo(clean);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void laterTokensDontChangeEarlierPositions(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            int[][] changed = {{5, 9, 200, 99, 3, 44}, IDS[1]};
            ForwardPass before = model.transformer().forward(IDS, Hooks.none());
            ForwardPass after = model.transformer().forward(changed, Hooks.none());
            for (int position = 0; position < 6; position++) {
                boolean same = true;
                for (int token = 0; token < before.dVocab(); token++) {
                    same &= before.logit(0, position, token) == after.logit(0, position, token);
                }
                assertThat(same).as("position " + position).isEqualTo(position < 3);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void patternsAreProbabilitiesOfThePast(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            Activation pattern = everything(model).cache().get(HookPoint.at(Site.PATTERN, 0));
            int window = switch (model.transformer().blueprint().attention().span(0)) {
                case Span.Everything everything -> Integer.MAX_VALUE;
                case Span.Window w -> w.size();
            };
            for (int query = 0; query < 6; query++) {
                double sum = 0;
                for (int key = 0; key < 6; key++) {
                    sum += pattern.at(1, 2, query, key);
                    assertThat(pattern.at(1, 2, query, key) == 0).isEqualTo(key > query || query - key >= window);
                }
                assertThat(sum).isCloseTo(1, within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void refusesWhatDoesNotFit(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            Transformer transformer = model.transformer();
            int nCtx = transformer.blueprint().nCtx();
            assertThatThrownBy(() -> transformer.forward(new int[][] {{}}, Hooks.none()))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("empty");
            assertThatThrownBy(() -> transformer.forward(new int[][] {{1, 257}}, Hooks.none()))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("257")
                    .hasMessageContaining("0 to 256");
            assertThatThrownBy(() -> transformer.forward(new int[][] {new int[nCtx + 1]}, Hooks.none()))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining((nCtx + 1) + " tokens")
                    .hasMessageContaining("at most " + nCtx);
            assertThatThrownBy(() ->
                            transformer.forward(IDS, Hooks.none().capture(HookPoint.parse("blocks.7.hook_resid_pre"))))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("blocks.7.hook_resid_pre");
        }
    }

    private static ForwardPass everything(LanguageModel model) {
        Transformer transformer = model.transformer();
        return transformer.forward(IDS, Hooks.none().capture(transformer.hookPoints()));
    }

    private static float[] contiguous(NDArray tensor) {
        try (var scope = new dev.unembed.engine.tensor.TensorScope()) {
            return scope.ops().contiguous(tensor).toFloatArray();
        }
    }
}
