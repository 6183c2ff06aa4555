package dev.unembed.engine.architecture;

import static dev.unembed.engine.architecture.CommonWeights.layerNorm;

import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
import dev.unembed.engine.transformer.Blueprint.Embedding;
import dev.unembed.engine.transformer.Blueprint.Flow;
import dev.unembed.engine.transformer.Blueprint.Mlp;
import dev.unembed.engine.transformer.Blueprint.Norm;
import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.Blueprint.Positions;
import dev.unembed.engine.transformer.TransformerWeights;
import dev.unembed.engine.transformer.TransformerWeights.AttentionWeights;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.Linear;
import dev.unembed.engine.transformer.TransformerWeights.MlpWeights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * GPT-2: learned positions, LayerNorm before attention and MLP, one fused q/k/v matrix, matrices stored [in out].
 *
 * <p>Files saved by the library prefix names with {@code transformer.}; those on the hub don't, and carry the causal mask
 * as {@code attn.bias}.
 *
 * @see <a href="https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf">
 *     Radford et al. 2019</a>
 */
final class Gpt2 implements Architecture {
    @Override
    public String family() {
        return "gpt2";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        int dModel = config.positiveInt("n_embd");
        int nHeads = config.positiveInt("n_head");
        if (dModel % nHeads != 0) {
            throw config.unsupported("n_head", String.valueOf(nHeads), List.of("divisors of n_embd " + dModel));
        }
        config.requireAbsentOr("scale_attn_by_inverse_layer_idx", false, "It changes attention from layer to layer.");
        config.requireAbsentOr("add_cross_attention", false, "Only decoders that read their own text are run.");
        int dHead = dModel / nHeads;
        boolean scaled = config.flag("scale_attn_weights", true);
        return new Blueprint(
                config.positiveInt("n_layer"),
                dModel,
                config.positiveInt("vocab_size"),
                config.positiveInt(config.spelling("n_positions", "n_ctx")),
                Embedding.PLAIN,
                new Positions.Learned(0),
                new Norm.LayerNorm(config.positiveNumber("layer_norm_epsilon", 1e-5)),
                NormPlacement.BEFORE,
                new AttentionShape(nHeads, nHeads, dHead, scaled ? 1 / Math.sqrt(dHead) : 1),
                new Mlp.Plain(
                        config.positiveInt("n_inner", 4 * dModel),
                        CommonSettings.activation(config, "activation_function", "gelu_new")),
                Flow.SEQUENTIAL,
                null);
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        String prefix = prefix(files);
        int d = b.dModel();
        int m = b.mlp().dMlp();
        List<BlockWeights<StoredTensor>> blocks = new ArrayList<>();
        for (int l = 0; l < b.layers(); l++) {
            String h = prefix + "h." + l + ".";
            StoredTensor qkv =
                    StoredTensor.of(h + "attn.c_attn.weight", d, 3L * d).transpose();
            StoredTensor qkvBias = StoredTensor.of(h + "attn.c_attn.bias", 3L * d);
            blocks.add(new BlockWeights<>(
                    layerNorm(h + "ln_1", d),
                    new AttentionWeights<>(
                            part(qkv, qkvBias, 0, d),
                            part(qkv, qkvBias, d, 2L * d),
                            part(qkv, qkvBias, 2L * d, 3L * d),
                            conv1d(h + "attn.c_proj", d, d)),
                    layerNorm(h + "ln_2", d),
                    new MlpWeights<>(null, conv1d(h + "mlp.c_fc", d, m), conv1d(h + "mlp.c_proj", m, d))));
        }
        StoredTensor embedding = StoredTensor.of(prefix + "wte.weight", b.dVocab(), d);
        boolean tied = config.flag("tie_word_embeddings", true);
        return new TransformerWeights<>(
                embedding,
                StoredTensor.of(prefix + "wpe.weight", b.nCtx(), d),
                null,
                blocks,
                layerNorm(prefix + "ln_f", d),
                new Linear<>(tied ? embedding : StoredTensor.of("lm_head.weight", b.dVocab(), d), null));
    }

    /** Causal masks; and, where tied, the copy of the embedding that some files keep. */
    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        Set<String> names = new HashSet<>();
        for (int l = 0; l < b.layers(); l++) {
            names.add(prefix(files) + "h." + l + ".attn.bias");
            names.add(prefix(files) + "h." + l + ".attn.masked_bias");
        }
        names.add("lm_head.weight"); // looked at only where it isn't tied
        return names;
    }

    private static String prefix(WeightFiles files) {
        return files.has("wte.weight") ? "" : "transformer.";
    }

    private static Linear<StoredTensor> conv1d(String name, long in, long out) {
        return new Linear<>(
                StoredTensor.of(name + ".weight", in, out).transpose(), StoredTensor.of(name + ".bias", out));
    }

    private static Linear<StoredTensor> part(StoredTensor weight, StoredTensor bias, long from, long to) {
        return new Linear<>(weight.rows(from, to), bias.rows(from, to));
    }
}
