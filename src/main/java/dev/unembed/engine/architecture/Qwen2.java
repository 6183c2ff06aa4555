package dev.unembed.engine.architecture;

import dev.unembed.engine.architecture.CommonWeights.LlamaBiases;
import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.TransformerWeights;
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
        AttentionShape attention = CommonSettings.groupedAttention(config);
        config.requireAbsentOr("hidden_act", "silu", "Qwen's MLP is a gated SiLU.");
        attention = CommonSettings.withSwitchedWindows(config, attention, DEFAULT_WINDOW, DEFAULT_UNWINDOWED_LAYERS);
        return CommonSettings.llamaStyle(config, attention, NormPlacement.BEFORE, 1e-6);
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
