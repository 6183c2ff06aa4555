package dev.unembed.engine.architecture;

import static dev.unembed.engine.architecture.CommonWeights.layerNorm;
import static dev.unembed.engine.architecture.CommonWeights.linear;

import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Blueprint.Activation;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * BLOOM: scores fall with the distance (ALiBi), the embedding is normalised, queries, keys and values of a head lie together
 * in one matrix.
 *
 * @see <a href="https://arxiv.org/abs/2211.05100">BigScience 2022</a>
 */
final class Bloom implements Architecture {
    private static final int DEFAULT_CONTEXT = 2048;

    @Override
    public String family() {
        return "bloom";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        String widthKey = config.spelling("hidden_size", "n_embed", "n_embd");
        String headsKey = config.spelling("n_head", "num_attention_heads");
        int dModel = config.positiveInt(widthKey);
        int nHeads = config.positiveInt(headsKey);
        int dHead = CommonSettings.dHead(config, headsKey, dModel);
        config.requireAbsentOr(
                "apply_residual_connection_post_layernorm", false, "The stream isn't taken from behind the norms.");
        config.requireAbsentOr("n_inner", 4 * dModel, "The MLP is four times as wide as the stream.");
        return new Blueprint(
                config.positiveInt(config.spelling("n_layer", "num_hidden_layers")),
                dModel,
                config.positiveInt("vocab_size"),
                config.positiveInt("seq_length", DEFAULT_CONTEXT),
                new Embedding(1, true),
                new Positions.Alibi(1, Rounding.FP32),
                new Norm.LayerNorm(config.positiveNumber("layer_norm_epsilon", 1e-5)),
                NormPlacement.BEFORE,
                new AttentionShape(nHeads, nHeads, dHead, 1 / Math.sqrt(dHead)),
                new Mlp.Plain(4 * dModel, Activation.GELU_TANH),
                Flow.SEQUENTIAL,
                null);
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        long d = b.dModel();
        long m = b.mlp().dMlp();
        String prefix = prefix(files);
        List<BlockWeights<StoredTensor>> blocks = new ArrayList<>();
        for (int l = 0; l < b.layers(); l++) {
            String block = prefix + "h." + l + ".";
            blocks.add(new BlockWeights<>(
                    layerNorm(block + "input_layernorm", d),
                    CommonWeights.fused(
                            b,
                            block + "self_attention.query_key_value",
                            true,
                            linear(block + "self_attention.dense", d, d, true)),
                    layerNorm(block + "post_attention_layernorm", d),
                    new MlpWeights<>(
                            null,
                            linear(block + "mlp.dense_h_to_4h", m, d, true),
                            linear(block + "mlp.dense_4h_to_h", d, m, true))));
        }
        StoredTensor embedding = StoredTensor.of(prefix + "word_embeddings.weight", b.dVocab(), d);
        return new TransformerWeights<>(
                embedding,
                null,
                layerNorm(prefix + "word_embeddings_layernorm", d),
                blocks,
                layerNorm(prefix + "ln_f", d),
                new Linear<>(CommonWeights.head(config, true, "lm_head.weight", embedding), null));
    }

    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        return Set.of("lm_head.weight"); // looked at only where it isn't tied
    }

    /** Files on the hub have none. */
    private static String prefix(WeightFiles files) {
        return files.has("word_embeddings.weight") ? "" : "transformer.";
    }
}
