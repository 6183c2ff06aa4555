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
 * OLMo 2: Llama's maps, with norms after attention and MLP instead of before, and over all queries and all keys.
 *
 * @see <a href="https://arxiv.org/abs/2501.00656">OLMo et al. 2024</a>
 */
final class Olmo2 implements Architecture {
    @Override
    public String family() {
        return "olmo2";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        AttentionShape attention = CommonSettings.groupedAttention(config).withQueryKeyNorm(QueryKeyNorm.ACROSS_HEADS);
        config.requireAbsentOr("hidden_act", "silu", "OLMo 2's MLP is a gated SiLU.");
        config.refuse("sliding_window", "OLMo 2 attends to all earlier positions.");
        return CommonSettings.llamaStyle(config, attention, NormPlacement.AFTER, 1e-5);
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
