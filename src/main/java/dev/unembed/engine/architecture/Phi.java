package dev.unembed.engine.architecture;

import static dev.unembed.engine.architecture.CommonWeights.layerNorm;
import static dev.unembed.engine.architecture.CommonWeights.linear;

import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
import dev.unembed.engine.transformer.Blueprint.Embedding;
import dev.unembed.engine.transformer.Blueprint.Flow;
import dev.unembed.engine.transformer.Blueprint.Mlp;
import dev.unembed.engine.transformer.Blueprint.Norm;
import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.TransformerWeights;
import dev.unembed.engine.transformer.TransformerWeights.AttentionWeights;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.Linear;
import dev.unembed.engine.transformer.TransformerWeights.MlpWeights;
import dev.unembed.engine.transformer.TransformerWeights.NormWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Phi 1, 1.5 and 2: attention and MLP read the same stream through the same norm, part of each head is rotated, biases
 * everywhere.
 *
 * @see <a href="https://arxiv.org/abs/2309.05463">Li et al. 2023</a>
 */
final class Phi implements Architecture {
    private static final RopeSettings.Keys ROPE =
            new RopeSettings.Keys("rope_theta", 10_000, "partial_rotary_factor", 0.5);

    @Override
    public String family() {
        return "phi";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        int dModel = config.positiveInt("hidden_size");
        AttentionShape attention = CommonSettings.groupedAttention(config);
        config.requireAbsentOr("qk_layernorm", false, "Norms of queries and keys aren't known of Phi.");
        int nCtx = config.positiveInt("max_position_embeddings");
        return new Blueprint(
                config.positiveInt("num_hidden_layers"),
                dModel,
                config.positiveInt("vocab_size"),
                nCtx,
                Embedding.PLAIN,
                RopeSettings.read(config, attention.dHead(), nCtx, ROPE),
                new Norm.LayerNorm(config.positiveNumber("layer_norm_eps", 1e-5)),
                NormPlacement.BEFORE,
                attention,
                new Mlp.Plain(
                        config.positiveInt("intermediate_size"),
                        CommonSettings.activation(config, "hidden_act", "gelu_new")),
                Flow.PARALLEL,
                null);
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        long d = b.dModel();
        long m = b.mlp().dMlp();
        long queries = (long) b.attention().nHeads() * b.attention().dHead();
        long keys = (long) b.attention().nKvHeads() * b.attention().dHead();
        List<BlockWeights<StoredTensor>> blocks = new ArrayList<>();
        for (int l = 0; l < b.layers(); l++) {
            String block = "model.layers." + l + ".";
            NormWeights<StoredTensor> ln = layerNorm(block + "input_layernorm", d);
            blocks.add(new BlockWeights<>(
                    ln,
                    new AttentionWeights<>(
                            linear(block + "self_attn.q_proj", queries, d, true),
                            linear(block + "self_attn.k_proj", keys, d, true),
                            linear(block + "self_attn.v_proj", keys, d, true),
                            linear(block + "self_attn.dense", d, queries, true)),
                    ln,
                    new MlpWeights<>(
                            null, linear(block + "mlp.fc1", m, d, true), linear(block + "mlp.fc2", d, m, true))));
        }
        StoredTensor embedding = StoredTensor.of("model.embed_tokens.weight", b.dVocab(), d);
        return new TransformerWeights<>(
                embedding,
                null,
                null,
                blocks,
                layerNorm("model.final_layernorm", d),
                new Linear<>(
                        CommonWeights.head(config, false, "lm_head.weight", embedding),
                        StoredTensor.of("lm_head.bias", b.dVocab())));
    }

    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        return CommonWeights.ignoredInLlamaStyle(b);
    }
}
