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
import dev.unembed.engine.transformer.Blueprint.Pairing;
import dev.unembed.engine.transformer.Blueprint.Positions;
import dev.unembed.engine.transformer.Blueprint.QueryKeyNorm;
import dev.unembed.engine.transformer.Blueprint.RotaryScaling;
import dev.unembed.engine.transformer.TransformerWeights;
import java.util.Optional;
import java.util.Set;

/**
 * Gemma 3, the text models: Gemma 2's blocks without caps, queries and keys normalised in every head, and rotary positions
 * with one base in blocks that see a window and another in those (every sixth) that see everything.
 *
 * @see <a href="https://arxiv.org/abs/2503.19786">Gemma Team 2025</a>
 */
final class Gemma3 implements Architecture {
    private static final int DEFAULT_WINDOW = 4096;
    private static final int DEFAULT_WINDOW_PERIOD = 6;
    private static final int DEFAULT_HEAD_WIDTH = 256;
    private static final int DEFAULT_CONTEXT = 131_072;
    private static final double DEFAULT_SCALAR = 256;
    private static final double DEFAULT_BASE = 1_000_000;
    private static final double DEFAULT_WINDOW_BASE = 10_000;

    @Override
    public String family() {
        return "gemma3_text";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        int layers = config.positiveInt("num_hidden_layers");
        int dModel = config.positiveInt("hidden_size");
        config.requireAbsentOr(
                "use_bidirectional_attention", false, "Only models that read from left to right are run.");
        config.refuse("attn_logit_softcapping", "Gemma 3's scores aren't capped.");
        int period = config.positiveInt(
                config.spelling("sliding_window_pattern", "_sliding_window_pattern"), DEFAULT_WINDOW_PERIOD);
        AttentionShape attention = CommonSettings.groupedAttention(config, DEFAULT_HEAD_WIDTH)
                .withScoreScale(1 / Math.sqrt(config.positiveNumber("query_pre_attn_scalar", DEFAULT_SCALAR)))
                .withQueryKeyNorm(QueryKeyNorm.PER_HEAD)
                .withSpans(CommonSettings.spans(config, layers, DEFAULT_WINDOW, l -> (l + 1) % period != 0));
        int nCtx = config.positiveInt("max_position_embeddings", DEFAULT_CONTEXT);
        return new Blueprint(
                layers,
                dModel,
                config.positiveInt("vocab_size"),
                nCtx,
                new Embedding(Math.sqrt(dModel), false),
                positions(config, attention.dHead(), nCtx),
                new Norm.RmsNorm(config.positiveNumber("rms_norm_eps", 1e-6)),
                NormPlacement.BEFORE_AND_AFTER,
                attention,
                new Mlp.Gated(
                        config.positiveInt("intermediate_size"),
                        CommonSettings.activation(config, "hidden_activation", "gelu_pytorch_tanh")),
                Flow.SEQUENTIAL,
                config.has("final_logit_softcapping") ? config.positiveNumber("final_logit_softcapping") : null);
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

    private static Positions positions(HuggingFaceConfig config, int dHead, int nCtx) {
        Optional<HuggingFaceConfig> parameters = config.object("rope_parameters");
        Optional<HuggingFaceConfig> everything = parameters.flatMap(p -> p.object("full_attention"));
        Optional<HuggingFaceConfig> window = parameters.flatMap(p -> p.object("sliding_attention"));
        if (everything.isPresent() && window.isPresent()) {
            return new Positions.RotaryBySpan(
                    RopeSettings.readNested(everything.get(), dHead, nCtx),
                    RopeSettings.readNested(window.get(), dHead, nCtx));
        }
        config.refuse("rope_parameters", "full_attention and sliding_attention are expected in it.");
        return new Positions.RotaryBySpan(
                RopeSettings.read(config, dHead, nCtx, RopeSettings.Keys.ofWholeHeads(DEFAULT_BASE)),
                new Positions.Rotary(
                        config.positiveNumber("rope_local_base_freq", DEFAULT_WINDOW_BASE),
                        dHead,
                        new RotaryScaling.None(),
                        Pairing.HALVES));
    }
}
