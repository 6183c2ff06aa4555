package dev.unembed.engine.architecture;

import dev.unembed.engine.architecture.CommonWeights.LlamaBiases;
import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Blueprint.Activation;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
import dev.unembed.engine.transformer.Blueprint.Embedding;
import dev.unembed.engine.transformer.Blueprint.Flow;
import dev.unembed.engine.transformer.Blueprint.Mlp;
import dev.unembed.engine.transformer.Blueprint.Norm;
import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.TransformerWeights;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Qwen 2 and 2.5: Llama's blocks with biases on queries, keys and values; some models see a window in their upper blocks.
 *
 * @see <a href="https://arxiv.org/abs/2407.10671">Yang et al. 2024</a>
 */
final class Qwen2 implements Architecture {
    private static final int DEFAULT_WINDOW = 4096;
    private static final int DEFAULT_UNWINDOWED_LAYERS = 28;

    @Override
    public String family() {
        return "qwen2";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        int layers = config.positiveInt("num_hidden_layers");
        AttentionShape attention = CommonSettings.groupedAttention(config);
        config.requireAbsentOr("hidden_act", "silu", "Qwen's MLP is a gated SiLU.");
        if (config.flag("use_sliding_window", false)) {
            int unwindowed = config.positiveInt("max_window_layers", DEFAULT_UNWINDOWED_LAYERS);
            attention = attention.withSpans(CommonSettings.spans(config, layers, DEFAULT_WINDOW, l -> l >= unwindowed));
        } else if (config.has("layer_types") && config.texts("layer_types").contains("sliding_attention")) {
            throw config.unsupported("layer_types", "sliding_attention", List.of("windows with use_sliding_window"));
        }
        int nCtx = config.positiveInt("max_position_embeddings");
        return new Blueprint(
                layers,
                config.positiveInt("hidden_size"),
                config.positiveInt("vocab_size"),
                nCtx,
                Embedding.PLAIN,
                RopeSettings.read(config, attention.dHead(), nCtx),
                new Norm.RmsNorm(config.positiveNumber("rms_norm_eps", 1e-6)),
                NormPlacement.BEFORE,
                attention,
                new Mlp.Gated(config.positiveInt("intermediate_size"), Activation.SILU),
                Flow.SEQUENTIAL,
                null);
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        LlamaBiases biases = new LlamaBiases(true, false, false);
        return CommonWeights.llamaStyle(b, config, biases, false, UnaryOperator.identity());
    }

    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        return CommonWeights.ignoredInLlamaStyle(b);
    }
}
