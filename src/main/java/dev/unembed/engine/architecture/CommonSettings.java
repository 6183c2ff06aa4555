package dev.unembed.engine.architecture;

import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Blueprint.Activation;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
import dev.unembed.engine.transformer.Blueprint.Embedding;
import dev.unembed.engine.transformer.Blueprint.Flow;
import dev.unembed.engine.transformer.Blueprint.Mlp;
import dev.unembed.engine.transformer.Blueprint.Norm;
import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.Blueprint.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Settings that several families spell alike. */
final class CommonSettings {
    private static final Map<String, Activation> ACTIVATIONS = new TreeMap<>(Map.of(
            "gelu_new", Activation.GELU_TANH,
            "gelu_pytorch_tanh", Activation.GELU_TANH,
            "gelu_fast", Activation.GELU_TANH,
            "gelu", Activation.GELU,
            "silu", Activation.SILU,
            "relu", Activation.RELU));

    private CommonSettings() {}

    static Activation activation(HuggingFaceConfig config, String key, String ifAbsent) {
        String name = config.text(key, ifAbsent);
        Activation activation = ACTIVATIONS.get(name);
        if (activation == null) {
            throw config.unsupported(key, name, List.copyOf(ACTIVATIONS.keySet()));
        }
        return activation;
    }

    /** Heads of a width that the heads share out d_model to. */
    static int dHead(HuggingFaceConfig config, String headsKey, int dModel) {
        int nHeads = config.positiveInt(headsKey);
        if (dModel % nHeads != 0) {
            throw config.unsupported(
                    headsKey, String.valueOf(nHeads), List.of("divisors of the model's width " + dModel));
        }
        return dModel / nHeads;
    }

    /** The shape with its scores scaled by 1/√d_head. */
    static AttentionShape attention(
            HuggingFaceConfig config, String headsKey, int nHeads, String kvHeadsKey, int nKvHeads, int dHead) {
        if (nHeads % nKvHeads != 0) {
            throw config.unsupported(
                    kvHeadsKey, String.valueOf(nKvHeads), List.of("divisors of " + headsKey + " " + nHeads));
        }
        return new AttentionShape(nHeads, nKvHeads, dHead, 1 / Math.sqrt(dHead));
    }

    /** The settings of Llama's kind: {@code num_attention_heads}, {@code num_key_value_heads}, {@code head_dim}. */
    static AttentionShape groupedAttention(HuggingFaceConfig config) {
        return config.has("head_dim")
                ? groupedAttention(config, config.positiveInt("head_dim"))
                : groupedAttention(config, dHead(config, "num_attention_heads", config.positiveInt("hidden_size")));
    }

    static AttentionShape groupedAttention(HuggingFaceConfig config, int defaultHeadWidth) {
        int nHeads = config.positiveInt("num_attention_heads");
        return attention(
                config,
                "num_attention_heads",
                nHeads,
                "num_key_value_heads",
                config.positiveInt("num_key_value_heads", nHeads),
                config.positiveInt("head_dim", defaultHeadWidth));
    }

    /** A blueprint of Llama's kind, under Llama's keys: rotary positions, RMSNorm, a gated SiLU. */
    static Blueprint llamaStyle(
            HuggingFaceConfig config, AttentionShape attention, NormPlacement placement, double defaultEpsilon) {
        int nCtx = config.positiveInt("max_position_embeddings");
        return new Blueprint(
                config.positiveInt("num_hidden_layers"),
                config.positiveInt("hidden_size"),
                config.positiveInt("vocab_size"),
                nCtx,
                Embedding.PLAIN,
                RopeSettings.read(config, attention.dHead(), nCtx),
                new Norm.RmsNorm(config.positiveNumber("rms_norm_eps", defaultEpsilon)),
                placement,
                attention,
                new Mlp.Gated(config.positiveInt("intermediate_size"), Activation.SILU),
                Flow.SEQUENTIAL,
                null);
    }

    /** Windows in the blocks after the first {@code max_window_layers}, where {@code use_sliding_window} switches them on. */
    static AttentionShape withSwitchedWindows(
            HuggingFaceConfig config, AttentionShape attention, int defaultWindow, int defaultUnwindowed) {
        if (config.flag("use_sliding_window", false)) {
            int layers = config.positiveInt("num_hidden_layers");
            int unwindowed = config.positiveInt("max_window_layers", defaultUnwindowed);
            return attention.withSpans(spans(config, layers, defaultWindow, l -> l >= unwindowed));
        }
        if (config.has("layer_types") && config.texts("layer_types").contains("sliding_attention")) {
            throw config.unsupported("layer_types", "sliding_attention", List.of("windows with use_sliding_window"));
        }
        return attention;
    }

    /** One span per block from {@code layer_types}; where configs are older than that key, by the family's rule. */
    static List<Span> spans(HuggingFaceConfig config, int layers, int defaultWindow, IntPredicate windowed) {
        if (!config.has("layer_types")) {
            return IntStream.range(0, layers)
                    .mapToObj(l -> windowed.test(l) ? window(config, defaultWindow) : new Span.Everything())
                    .toList();
        }
        List<String> types = config.texts("layer_types");
        if (types.size() != layers) {
            throw config.unsupported(
                    "layer_types", types.size() + " entries", List.of("one entry for each of " + layers + " layers"));
        }
        List<Span> spans = new ArrayList<>();
        for (String type : types) {
            spans.add(
                    switch (type) {
                        case "full_attention" -> new Span.Everything();
                        case "sliding_attention" -> window(config, defaultWindow);
                        default ->
                            throw config.unsupported(
                                    "layer_types", type, List.of("full_attention", "sliding_attention"));
                    });
        }
        return spans;
    }

    /** Leaving the key out means the default; null doesn't. */
    private static Span window(HuggingFaceConfig config, int ifAbsent) {
        String key = "sliding_window";
        return new Span.Window(config.mentions(key) ? config.positiveInt(key) : ifAbsent);
    }
}
