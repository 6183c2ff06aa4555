package dev.unembed.engine.architecture;

import dev.unembed.engine.architecture.CommonWeights.LlamaBiases;
import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.Blueprint.QueryKeyNorm;
import dev.unembed.engine.transformer.TransformerWeights;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Qwen 3: Llama's blocks, queries and keys normalised in every head.
 *
 * @see <a href="https://arxiv.org/abs/2505.09388">Yang et al. 2025</a>
 */
final class Qwen3 implements Architecture {
    private static final int DEFAULT_WINDOW = 4096;
    private static final int DEFAULT_UNWINDOWED_LAYERS = 28;
    private static final int DEFAULT_HEAD_WIDTH = 128;

    @Override
    public String family() {
        return "qwen3";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        AttentionShape attention =
                CommonSettings.groupedAttention(config, DEFAULT_HEAD_WIDTH).withQueryKeyNorm(QueryKeyNorm.PER_HEAD);
        config.requireAbsentOr("hidden_act", "silu", "Qwen's MLP is a gated SiLU.");
        attention = CommonSettings.withSwitchedWindows(config, attention, DEFAULT_WINDOW, DEFAULT_UNWINDOWED_LAYERS);
        return CommonSettings.llamaStyle(config, attention, NormPlacement.BEFORE, 1e-6);
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        boolean attention = config.flag("attention_bias", false);
        LlamaBiases biases = new LlamaBiases(attention, attention, false);
        return CommonWeights.llamaStyle(b, config, biases, false, UnaryOperator.identity());
    }

    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        return CommonWeights.ignoredInLlamaStyle(b);
    }
}
