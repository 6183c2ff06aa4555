package dev.unembed.engine.architecture;

import static dev.unembed.engine.architecture.CommonWeights.layerNorm;
import static dev.unembed.engine.architecture.CommonWeights.linear;

import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Blueprint.Embedding;
import dev.unembed.engine.transformer.Blueprint.Flow;
import dev.unembed.engine.transformer.Blueprint.Mlp;
import dev.unembed.engine.transformer.Blueprint.Norm;
import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.Blueprint.Positions;
import dev.unembed.engine.transformer.Blueprint.Rounding;
import dev.unembed.engine.transformer.TransformerWeights;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.Linear;
import dev.unembed.engine.transformer.TransformerWeights.MlpWeights;
import dev.unembed.engine.transformer.TransformerWeights.NormWeights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Falcon, in three styles: 7b (one key/value head for all queries, one norm for attention and MLP, which run in parallel), 40b
 * ("new decoder architecture": groups of heads, mostly a norm for each) and rw (ALiBi, one after the other).
 *
 * @see <a href="https://arxiv.org/abs/2311.16867">Almazrouei et al. 2023</a>
 */
final class Falcon implements Architecture {
    private static final int DEFAULT_CONTEXT = 2048;

    @Override
    public String family() {
        return "falcon";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        String headsKey = config.spelling("num_attention_heads", "n_head");
        String kvHeadsKey = config.spelling("num_kv_heads", "n_head_kv");
        int dModel = config.positiveInt("hidden_size");
        int nHeads = config.positiveInt(headsKey);
        int dHead = CommonSettings.dHead(config, headsKey, dModel);
        boolean newStyle = newStyle(config);
        if (newStyle) {
            config.requireAbsentOr("parallel_attn", true, "The new decoder architecture runs in parallel.");
        }
        int norms = config.positiveInt("num_ln_in_parallel_attn", newStyle ? 2 : 1);
        if (norms > (newStyle ? 2 : 1)) {
            throw config.unsupported(
                    "num_ln_in_parallel_attn", String.valueOf(norms), newStyle ? List.of("1", "2") : List.of("1"));
        }
        int nKvHeads;
        if (newStyle) {
            nKvHeads = config.positiveInt(kvHeadsKey, nHeads);
        } else {
            nKvHeads = config.flag("multi_query", true) ? 1 : nHeads; // whatever num_kv_heads says
        }
        int nCtx = config.positiveInt("max_position_embeddings", DEFAULT_CONTEXT);
        return new Blueprint(
                config.positiveInt(config.spelling("num_hidden_layers", "n_layer")),
                dModel,
                config.positiveInt("vocab_size"),
                nCtx,
                Embedding.PLAIN,
                positions(config, dHead, nCtx),
                new Norm.LayerNorm(config.positiveNumber("layer_norm_epsilon", 1e-5)),
                NormPlacement.BEFORE,
                CommonSettings.attention(config, headsKey, nHeads, kvHeadsKey, nKvHeads, dHead),
                new Mlp.Plain(
                        config.positiveInt("ffn_hidden_size", 4 * dModel),
                        CommonSettings.activation(config, "activation", "gelu")),
                config.flag("parallel_attn", true) ? Flow.PARALLEL : Flow.SEQUENTIAL,
                null);
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        long d = b.dModel();
        long m = b.mlp().dMlp();
        boolean bias = config.flag("bias", false);
        List<BlockWeights<StoredTensor>> blocks = new ArrayList<>();
        for (int l = 0; l < b.layers(); l++) {
            String block = "transformer.h." + l + ".";
            NormWeights<StoredTensor> ln1 =
                    layerNorm(block + (twoParallelNorms(config) ? "ln_attn" : "input_layernorm"), d);
            NormWeights<StoredTensor> ln2;
            if (twoParallelNorms(config)) {
                ln2 = layerNorm(block + "ln_mlp", d);
            } else {
                ln2 = b.flow() == Flow.PARALLEL ? ln1 : layerNorm(block + "post_attention_layernorm", d);
            }
            blocks.add(new BlockWeights<>(
                    ln1,
                    CommonWeights.fused(
                            b,
                            block + "self_attention.query_key_value",
                            bias,
                            linear(block + "self_attention.dense", d, d, bias)),
                    ln2,
                    new MlpWeights<>(
                            null,
                            linear(block + "mlp.dense_h_to_4h", m, d, bias),
                            linear(block + "mlp.dense_4h_to_h", d, m, bias))));
        }
        StoredTensor embedding = StoredTensor.of("transformer.word_embeddings.weight", b.dVocab(), d);
        return new TransformerWeights<>(
                embedding,
                null,
                null,
                blocks,
                layerNorm("transformer.ln_f", d),
                new Linear<>(CommonWeights.head(config, true, "lm_head.weight", embedding), null));
    }

    /** Rotary frequencies; and the copy of a tied embedding. */
    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        Set<String> names = new HashSet<>();
        for (int l = 0; l < b.layers(); l++) {
            names.add("transformer.h." + l + ".self_attention.rotary_emb.inv_freq");
        }
        names.add("lm_head.weight"); // looked at only where it isn't tied
        return names;
    }

    private static boolean newStyle(HuggingFaceConfig config) {
        return config.flag("new_decoder_architecture", false);
    }

    private static boolean twoParallelNorms(HuggingFaceConfig config) {
        return newStyle(config) && config.positiveInt("num_ln_in_parallel_attn", 2) == 2;
    }

    /** Falcon adds ALiBi before it scales scores by 1/√d_head, and was trained with its slopes in bf16. */
    private static Positions positions(HuggingFaceConfig config, int dHead, int nCtx) {
        return config.flag("alibi", false)
                ? new Positions.Alibi(1 / Math.sqrt(dHead), Rounding.BF16)
                : RopeSettings.read(config, dHead, nCtx);
    }
}
