package dev.unembed.engine.architecture;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.TransformerWeights;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one model family says about itself: how its config describes a model, and where its files keep the weights.
 *
 * <p>Adding a family is one implementation and its name in {@link #all()}; see the guide <i>Add a model family</i>.
 */
public interface Architecture {
    /** The families this engine runs. */
    static List<Architecture> all() {
        return List.of(
                new Gpt2(),
                new Llama(),
                new Mistral(),
                new Qwen2(),
                new Qwen3(),
                new Gemma2(),
                new Gemma3(),
                new Olmo2(),
                new GptNeoX(),
                new GptJ(),
                new Phi(),
                new Opt(),
                new Bloom(),
                new Falcon());
    }

    /** @throws InvalidInput listing the supported families if none is this config's */
    static Architecture of(HuggingFaceConfig config) {
        config.refuse("quantization_config", "Quantised weights must be de-quantised first.");
        String type = config.text("model_type");
        return all().stream()
                .filter(a -> a.family().equals(type))
                .findFirst()
                .orElseThrow(() -> config.unsupported(
                        "model_type",
                        type,
                        all().stream().map(Architecture::family).collect(Collectors.toList())));
    }

    /** The {@code model_type} of its configs. */
    String family();

    /** @throws InvalidInput naming the key of a missing, malformed or unsupported setting */
    Blueprint blueprint(HuggingFaceConfig config);

    /** Where the weights of a model are found; which names there are is all that may be asked of the files. */
    TransformerWeights<StoredTensor> weights(Blueprint blueprint, HuggingFaceConfig config, WeightFiles files);

    /** Tensors that older files carry and that mean nothing: masks and other constants. */
    default Set<String> ignored(Blueprint blueprint, WeightFiles files) {
        return Set.of();
    }
}
