package dev.unembed.engine.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.unembed.engine.Fixtures;
import dev.unembed.engine.lens.Lens;
import dev.unembed.engine.lens.LensQuestion;
import dev.unembed.engine.lens.LensStatistics;
import dev.unembed.engine.lens.ResidualStreams;
import dev.unembed.engine.lens.VocabularySweep;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.Blueprint.Flow;
import dev.unembed.engine.transformer.HookPoint.Site;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The values of a blueprint that no family of the fixtures has, on the weights of one that is there. */
class BlueprintTest {
    private static final int[][] IDS = {{5, 9, 200, 17, 3, 44}};

    @Test
    void aSoftCapBendsTheLogitsOfModelAndLensAlike() {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny("llama"))) {
            Transformer plain = model.transformer();
            Transformer capped = with(plain, 1, Flow.SEQUENTIAL, 4.0);
            float[] logits = plain.forward(IDS, Hooks.none()).logits();
            float[] bent = capped.forward(IDS, Hooks.none()).logits();
            for (int i = 0; i < logits.length; i++) {
                assertThat((double) bent[i]).isCloseTo(4 * Math.tanh(logits[i] / 4), within(1e-5));
            }
            Torch.prepareThread(1);
            try (TensorScope scope = new TensorScope()) {
                ResidualStreams streams = new ResidualStreams(capped, IDS[0], false, scope, new Meter(1));
                LensStatistics lens = VocabularySweep.run(
                        new LensQuestion(capped, new Lens.Logit(), streams.rows(), 5, new int[] {7}),
                        new Meter(1),
                        VocabularySweep.Settings.standard());
                assertThat(lens.maxAbsLogitDifference()).isLessThan(1e-5f);
                double sum = 0;
                for (int v = 0; v < 257; v++) {
                    sum += Math.exp(bent[5 * 257 + v]);
                }
                // [m row pos]: the last row's last position
                assertThat((double) lens.trackedLogProbs()[lens.trackedLogProbs().length - 1])
                        .isCloseTo(bent[5 * 257 + 7] - Math.log(sum), within(1e-4));
            }
        }
    }

    @Test
    void aParallelBlockFeedsTheMlpWithWhatEnteredTheBlock() {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny("llama"))) {
            Transformer parallel = with(model.transformer(), 1, Flow.PARALLEL, null);
            assertThat(parallel.hookPoints()).doesNotContain(HookPoint.at(Site.RESID_MID, 0));
            ActivationCache cache = parallel.forward(IDS, Hooks.none().capture(parallel.hookPoints()))
                    .cache();
            // both norms divide by the same root mean square, because they read the same stream
            assertThat(cache.get(HookPoint.at(Site.LN2_SCALE, 1)).values())
                    .isEqualTo(cache.get(HookPoint.at(Site.LN1_SCALE, 1)).values());
            float[] pre = cache.get(HookPoint.at(Site.RESID_PRE, 1)).values();
            float[] attention = cache.get(HookPoint.at(Site.ATTN_OUT, 1)).values();
            float[] mlp = cache.get(HookPoint.at(Site.MLP_OUT, 1)).values();
            float[] post = cache.get(HookPoint.at(Site.RESID_POST, 1)).values();
            for (int i = 0; i < post.length; i++) {
                assertThat(post[i]).isCloseTo(pre[i] + attention[i] + mlp[i], within(1e-5f));
            }
        }
    }

    @Test
    void theEmbeddingScaleMultipliesTheTokenEmbedding() {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny("llama"))) {
            HookPoint embed = HookPoint.of(Site.EMBED);
            float[] once = model.transformer()
                    .forward(IDS, Hooks.none().capture(embed))
                    .cache()
                    .get(embed)
                    .values();
            float[] twice = with(model.transformer(), 2, Flow.SEQUENTIAL, null)
                    .forward(IDS, Hooks.none().capture(embed))
                    .cache()
                    .get(embed)
                    .values();
            for (int i = 0; i < once.length; i++) {
                assertThat(twice[i]).isEqualTo(2 * once[i]);
            }
        }
    }

    private static Transformer with(Transformer model, double embeddingScale, Flow flow, @Nullable Double logitCap) {
        Blueprint b = model.blueprint();
        return new Transformer(
                new Blueprint(
                        b.layers(),
                        b.dModel(),
                        b.dVocab(),
                        b.nCtx(),
                        new Blueprint.Embedding(embeddingScale, false),
                        b.positions(),
                        b.norm(),
                        b.normPlacement(),
                        b.attention(),
                        b.mlp(),
                        flow,
                        logitCap),
                model.weights());
    }
}
