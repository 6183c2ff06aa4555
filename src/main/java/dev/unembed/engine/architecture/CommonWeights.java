package dev.unembed.engine.architecture;

import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Blueprint.QueryKeyNorm;
import dev.unembed.engine.transformer.TransformerWeights;
import dev.unembed.engine.transformer.TransformerWeights.AttentionWeights;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.Linear;
import dev.unembed.engine.transformer.TransformerWeights.MlpWeights;
import dev.unembed.engine.transformer.TransformerWeights.NormWeights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Arrangements of weights that several families share. */
final class CommonWeights {
    private CommonWeights() {}

    static NormWeights<StoredTensor> layerNorm(String name, long d) {
        return new NormWeights<>(StoredTensor.of(name + ".weight", d), StoredTensor.of(name + ".bias", d));
    }

    static NormWeights<StoredTensor> rmsNorm(String name, long d) {
        return new NormWeights<>(StoredTensor.of(name + ".weight", d), null);
    }

    static Linear<StoredTensor> linear(String name, long out, long in, boolean bias) {
        return new Linear<>(
                StoredTensor.of(name + ".weight", out, in), bias ? StoredTensor.of(name + ".bias", out) : null);
    }

    /** The unembedding, or the embedding again where it is tied. */
    static StoredTensor head(HuggingFaceConfig config, boolean tiedByDefault, String name, StoredTensor embedding) {
        return config.flag("tie_word_embeddings", tiedByDefault)
                ? embedding
                : StoredTensor.of(
                        name,
                        embedding.fileShape().get(0),
                        embedding.fileShape().get(1));
    }

    /**
     * Queries, keys and values in one map. Its rows come in groups, one per key/value head: the group's queries, then its
     * key, then its value.
     */
    static AttentionWeights<StoredTensor> fused(
            Blueprint b, String qkvName, boolean qkvBias, Linear<StoredTensor> output) {
        long groups = b.attention().nKvHeads();
        long dHead = b.attention().dHead();
        long perGroup = b.attention().nHeads() / groups;
        long queries = b.attention().nHeads() * dHead;
        long keys = groups * dHead;
        Linear<StoredTensor> stored = linear(qkvName, queries + 2 * keys, b.dModel(), qkvBias);
        UnaryOperator<StoredTensor> gather =
                t -> groups == 1 ? t : t.gathered(groups, List.of(perGroup * dHead, dHead, dHead));
        StoredTensor weight = gather.apply(stored.weight());
        StoredTensor bias = stored.bias() == null ? null : gather.apply(stored.bias());
        return new AttentionWeights<>(
                rows(weight, bias, 0, queries),
                rows(weight, bias, queries, queries + keys),
                rows(weight, bias, queries + keys, queries + 2 * keys),
                output);
    }

    private static Linear<StoredTensor> rows(StoredTensor weight, @Nullable StoredTensor bias, long from, long to) {
        return new Linear<>(weight.rows(from, to), bias == null ? null : bias.rows(from, to));
    }

    /**
     * What the files of Llama's kind have in common; the blueprint says which norms there are.
     *
     * @param gain how a norm's stored gain becomes the one that is multiplied with
     */
    static TransformerWeights<StoredTensor> llamaStyle(
            Blueprint b,
            HuggingFaceConfig config,
            LlamaBiases biases,
            boolean tiedByDefault,
            UnaryOperator<StoredTensor> gain) {
        long d = b.dModel();
        long m = b.mlp().dMlp();
        long dHead = b.attention().dHead();
        long queries = b.attention().nHeads() * dHead;
        long keys = b.attention().nKvHeads() * dHead;
        List<BlockWeights<StoredTensor>> blocks = new ArrayList<>();
        for (int l = 0; l < b.layers(); l++) {
            String block = "model.layers." + l + ".";
            String attention = block + "self_attn.";
            QueryKeyNorm qkNorm = b.attention().queryKeyNorm();
            AttentionWeights<StoredTensor> attentionWeights = new AttentionWeights<>(
                    linear(attention + "q_proj", queries, d, biases.qkv()),
                    linear(attention + "k_proj", keys, d, biases.qkv()),
                    linear(attention + "v_proj", keys, d, biases.qkv()),
                    linear(attention + "o_proj", d, queries, biases.output()),
                    queryKeyNorm(qkNorm, attention + "q_norm", dHead, queries, gain),
                    queryKeyNorm(qkNorm, attention + "k_norm", dHead, keys, gain));
            MlpWeights<StoredTensor> mlp = new MlpWeights<>(
                    linear(block + "mlp.gate_proj", m, d, biases.mlp()),
                    linear(block + "mlp.up_proj", m, d, biases.mlp()),
                    linear(block + "mlp.down_proj", d, m, biases.mlp()));
            NormWeights<StoredTensor> afterAttention = scaled(block + "post_attention_layernorm", d, gain);
            blocks.add(
                    switch (b.normPlacement()) {
                        case BEFORE -> // its name notwithstanding, "post_attention" stands before the MLP
                            new BlockWeights<>(
                                    scaled(block + "input_layernorm", d, gain), attentionWeights, afterAttention, mlp);
                        case AFTER ->
                            new BlockWeights<>(
                                    afterAttention,
                                    attentionWeights,
                                    scaled(block + "post_feedforward_layernorm", d, gain),
                                    mlp);
                        case BEFORE_AND_AFTER ->
                            new BlockWeights<>(
                                    scaled(block + "input_layernorm", d, gain),
                                    attentionWeights,
                                    afterAttention,
                                    scaled(block + "pre_feedforward_layernorm", d, gain),
                                    mlp,
                                    scaled(block + "post_feedforward_layernorm", d, gain));
                    });
        }
        StoredTensor embedding = StoredTensor.of("model.embed_tokens.weight", b.dVocab(), d);
        return new TransformerWeights<>(
                embedding,
                null,
                null,
                blocks,
                scaled("model.norm", d, gain),
                new Linear<>(head(config, tiedByDefault, "lm_head.weight", embedding), null));
    }

    /** Which maps have biases. */
    record LlamaBiases(boolean qkv, boolean output, boolean mlp) {
        static final LlamaBiases NONE = new LlamaBiases(false, false, false);
    }

    /** Rotary frequencies, which old files store although the config gives them; and the copy of a tied embedding. */
    static Set<String> ignoredInLlamaStyle(Blueprint b) {
        Set<String> names = new HashSet<>();
        for (int l = 0; l < b.layers(); l++) {
            names.add("model.layers." + l + ".self_attn.rotary_emb.inv_freq");
        }
        names.add("lm_head.weight"); // looked at only where it isn't tied
        return names;
    }

    private static @Nullable NormWeights<StoredTensor> queryKeyNorm(
            QueryKeyNorm kind, String name, long dHead, long width, UnaryOperator<StoredTensor> gain) {
        return switch (kind) {
            case NONE -> null;
            case PER_HEAD -> scaled(name, dHead, gain);
            case ACROSS_HEADS -> scaled(name, width, gain);
        };
    }

    private static NormWeights<StoredTensor> scaled(String name, long d, UnaryOperator<StoredTensor> gain) {
        return new NormWeights<>(gain.apply(StoredTensor.of(name + ".weight", d)), null);
    }
}
