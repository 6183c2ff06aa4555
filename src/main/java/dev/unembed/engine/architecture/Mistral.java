package dev.unembed.engine.architecture;

import dev.unembed.engine.architecture.CommonWeights.LlamaBiases;
import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.Blueprint.Span;
import dev.unembed.engine.transformer.TransformerWeights;
import java.util.Collections;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Mistral: Llama's blocks, seeing a window of the last positions.
 *
 * @see <a href="https://arxiv.org/abs/2310.06825">Jiang et al. 2023</a>
 */
final class Mistral implements Architecture {
    private static final int DEFAULT_WINDOW = 4096;

    @Override
    public String family() {
        return "mistral";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        int layers = config.positiveInt("num_hidden_layers");
        AttentionShape attention = CommonSettings.groupedAttention(config);
        config.requireAbsentOr("hidden_act", "silu", "Mistral's MLP is a gated SiLU.");
        config.refuse("layer_types", "Mistral's blocks all see alike.");
        if (config.has("sliding_window") || !config.mentions("sliding_window")) { // null says there is none
            Span window = new Span.Window(config.positiveInt("sliding_window", DEFAULT_WINDOW));
            attention = attention.withSpans(Collections.nCopies(layers, window));
        }
        return CommonSettings.llamaStyle(config, attention, NormPlacement.BEFORE, 1e-6);
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        LlamaBiases biases = LlamaBiases.NONE;
        return CommonWeights.llamaStyle(b, config, biases, false, UnaryOperator.identity());
    }

    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        return CommonWeights.ignoredInLlamaStyle(b);
    }
}
