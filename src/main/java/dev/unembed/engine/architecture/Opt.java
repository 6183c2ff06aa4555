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
import dev.unembed.engine.transformer.Blueprint.Positions;
import dev.unembed.engine.transformer.TransformerWeights;
import dev.unembed.engine.transformer.TransformerWeights.AttentionWeights;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.Linear;
import dev.unembed.engine.transformer.TransformerWeights.MlpWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * OPT: learned positions that start in the third row of their table, LayerNorm before attention and MLP, ReLU.
 *
 * @see <a href="https://arxiv.org/abs/2205.01068">Zhang et al. 2022</a>
 */
final class Opt implements Architecture {
    private static final int POSITION_OFFSET = 2;
    private static final double EPSILON = 1e-5; // configs don't say

    @Override
    public String family() {
        return "opt";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        int dModel = config.positiveInt("hidden_size");
        int nHeads = config.positiveInt("num_attention_heads");
        int dHead = CommonSettings.dHead(config, "num_attention_heads", dModel);
        config.requireAbsentOr(
                "do_layer_norm_before", true, "The one model with norms after the sum, 350m, isn't run.");
        config.requireAbsentOr(
                "word_embed_proj_dim", dModel, "Embeddings of another width than the stream aren't run.");
        config.requireAbsentOr("layer_norm_elementwise_affine", true, "Norms without gain and bias aren't run.");
        config.requireAbsentOr("_remove_final_layer_norm", false, "The final norm is expected.");
        return new Blueprint(
                config.positiveInt("num_hidden_layers"),
                dModel,
                config.positiveInt("vocab_size"),
                config.positiveInt("max_position_embeddings"),
                Embedding.PLAIN,
                new Positions.Learned(POSITION_OFFSET),
                new Norm.LayerNorm(EPSILON),
                NormPlacement.BEFORE,
                new AttentionShape(nHeads, nHeads, dHead, 1 / Math.sqrt(dHead)),
                new Mlp.Plain(
                        config.positiveInt("ffn_dim"),
                        CommonSettings.activation(config, "activation_function", "relu")),
                Flow.SEQUENTIAL,
                null);
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        long d = b.dModel();
        long m = b.mlp().dMlp();
        boolean bias = config.flag("enable_bias", true);
        String decoder = prefix(files);
        List<BlockWeights<StoredTensor>> blocks = new ArrayList<>();
        for (int l = 0; l < b.layers(); l++) {
            String block = decoder + "layers." + l + ".";
            blocks.add(new BlockWeights<>(
                    layerNorm(block + "self_attn_layer_norm", d),
                    new AttentionWeights<>(
                            linear(block + "self_attn.q_proj", d, d, bias),
                            linear(block + "self_attn.k_proj", d, d, bias),
                            linear(block + "self_attn.v_proj", d, d, bias),
                            linear(block + "self_attn.out_proj", d, d, bias)),
                    layerNorm(block + "final_layer_norm", d), // the block's, its name notwithstanding
                    new MlpWeights<>(null, linear(block + "fc1", m, d, bias), linear(block + "fc2", d, m, bias))));
        }
        StoredTensor embedding = StoredTensor.of(decoder + "embed_tokens.weight", b.dVocab(), d);
        return new TransformerWeights<>(
                embedding,
                StoredTensor.of(decoder + "embed_positions.weight", (long) b.nCtx() + POSITION_OFFSET, d),
                null,
                blocks,
                layerNorm(decoder + "final_layer_norm", d),
                new Linear<>(CommonWeights.head(config, true, "lm_head.weight", embedding), null));
    }

    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        return Set.of("lm_head.weight"); // looked at only where it isn't tied
    }

    private static String prefix(WeightFiles files) {
        return files.has("decoder.embed_tokens.weight") ? "decoder." : "model.decoder.";
    }
}
