package dev.unembed.engine.architecture;

import dev.unembed.engine.architecture.CommonWeights.LlamaBiases;
import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
import dev.unembed.engine.transformer.Blueprint.Embedding;
import dev.unembed.engine.transformer.Blueprint.Flow;
import dev.unembed.engine.transformer.Blueprint.Mlp;
import dev.unembed.engine.transformer.Blueprint.Norm;
import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.TransformerWeights;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gemma 2: norms before and after attention and MLP, gains stored as their difference from 1, scores and logits soft-capped,
 * a window in every other block, an embedding scaled by √d_model.
 *
 * @see <a href="https://arxiv.org/abs/2408.00118">Gemma Team 2024</a>
 */
final class Gemma2 implements Architecture {
    private static final int DEFAULT_WINDOW = 4096;
    private static final int DEFAULT_HEAD_WIDTH = 256;
    private static final double DEFAULT_SCALAR = 256;
    private static final double DEFAULT_SCORE_CAP = 50;
    private static final double DEFAULT_LOGIT_CAP = 30;

    @Override
    public String family() {
        return "gemma2";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        int layers = config.positiveInt("num_hidden_layers");
        int dModel = config.positiveInt("hidden_size");
        config.requireAbsentOr(
                "use_bidirectional_attention", false, "Only models that read from left to right are run.");
        AttentionShape attention = CommonSettings.groupedAttention(config, DEFAULT_HEAD_WIDTH)
                .withScoreScale(1 / Math.sqrt(config.positiveNumber("query_pre_attn_scalar", DEFAULT_SCALAR)))
                .withScoreCap(cap(config, "attn_logit_softcapping", DEFAULT_SCORE_CAP))
                .withSpans(CommonSettings.spans(config, layers, DEFAULT_WINDOW, l -> l % 2 == 0));
        int nCtx = config.positiveInt("max_position_embeddings");
        return new Blueprint(
                layers,
                dModel,
                config.positiveInt("vocab_size"),
                nCtx,
                new Embedding(Math.sqrt(dModel), false),
                RopeSettings.read(config, attention.dHead(), nCtx),
                new Norm.RmsNorm(config.positiveNumber("rms_norm_eps", 1e-6)),
                NormPlacement.BEFORE_AND_AFTER,
                attention,
                new Mlp.Gated(
                        config.positiveInt("intermediate_size"),
                        CommonSettings.activation(config, "hidden_activation", "gelu_pytorch_tanh")),
                Flow.SEQUENTIAL,
                cap(config, "final_logit_softcapping", DEFAULT_LOGIT_CAP));
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        boolean attention = config.flag("attention_bias", false);
        LlamaBiases biases = new LlamaBiases(attention, attention, false);
        return CommonWeights.llamaStyle(b, config, biases, true, StoredTensor::plusOne);
    }

    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        return CommonWeights.ignoredInLlamaStyle(b);
    }

    /** Leaving the key out means the default; null means no cap. */
    private static @Nullable Double cap(HuggingFaceConfig config, String key, double ifAbsent) {
        return config.has(key) || !config.mentions(key) ? Double.valueOf(config.positiveNumber(key, ifAbsent)) : null;
    }
}
