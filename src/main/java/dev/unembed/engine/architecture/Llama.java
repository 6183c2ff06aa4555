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
 * Llama 2 and 3: rotary positions, RMSNorm, gated SiLU, key/value heads shared by groups of query heads.
 *
 * @see <a href="https://arxiv.org/abs/2307.09288">Touvron et al. 2023</a>
 * @see <a href="https://arxiv.org/abs/2407.21783">Llama 3, 2024</a>
 */
final class Llama implements Architecture {
    @Override
    public String family() {
        return "llama";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        AttentionShape attention = CommonSettings.groupedAttention(config);
        config.requireAbsentOr("hidden_act", "silu", "Llama's MLP is a gated SiLU.");
        config.requireAbsentOr("pretraining_tp", 1, "Slices of tensor-parallel training aren't emulated.");
        config.refuse("sliding_window", "Llama attends to all earlier positions.");
        return CommonSettings.llamaStyle(config, attention, NormPlacement.BEFORE, 1e-6);
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        boolean attention = config.flag("attention_bias", false);
        LlamaBiases biases = new LlamaBiases(attention, attention, config.flag("mlp_bias", false));
        return CommonWeights.llamaStyle(b, config, biases, false, UnaryOperator.identity());
    }

    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        return CommonWeights.ignoredInLlamaStyle(b);
    }
}
