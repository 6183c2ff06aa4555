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
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.Linear;
import dev.unembed.engine.transformer.TransformerWeights.MlpWeights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * GPT-NeoX and Pythia: attention and MLP read the same stream (in most models), a quarter of each head is rotated, queries,
 * keys and values of a head lie together in one matrix.
 *
 * @see <a href="https://arxiv.org/abs/2204.06745">Black et al. 2022</a>
 * @see <a href="https://arxiv.org/abs/2304.01373">Biderman et al. 2023</a>
 */
final class GptNeoX implements Architecture {
    private static final RopeSettings.Keys ROPE = new RopeSettings.Keys("rotary_emb_base", 10_000, "rotary_pct", 0.25);

    @Override
    public String family() {
        return "gpt_neox";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        int dModel = config.positiveInt("hidden_size");
        int nHeads = config.positiveInt("num_attention_heads");
        int dHead = CommonSettings.dHead(config, "num_attention_heads", dModel);
        int nCtx = config.positiveInt("max_position_embeddings");
        return new Blueprint(
                config.positiveInt("num_hidden_layers"),
                dModel,
                config.positiveInt("vocab_size"),
                nCtx,
                Embedding.PLAIN,
                RopeSettings.read(config, dHead, nCtx, ROPE),
                new Norm.LayerNorm(config.positiveNumber("layer_norm_eps", 1e-5)),
                NormPlacement.BEFORE,
                new AttentionShape(nHeads, nHeads, dHead, 1 / Math.sqrt(dHead)),
                new Mlp.Plain(
                        config.positiveInt("intermediate_size"),
                        CommonSettings.activation(config, "hidden_act", "gelu")),
                config.flag("use_parallel_residual", true) ? Flow.PARALLEL : Flow.SEQUENTIAL,
                null);
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        long d = b.dModel();
        long m = b.mlp().dMlp();
        boolean attentionBias = config.flag("attention_bias", true);
        List<BlockWeights<StoredTensor>> blocks = new ArrayList<>();
        for (int l = 0; l < b.layers(); l++) {
            String block = "gpt_neox.layers." + l + ".";
            blocks.add(new BlockWeights<>(
                    layerNorm(block + "input_layernorm", d),
                    CommonWeights.fused(
                            b,
                            block + "attention.query_key_value",
                            attentionBias,
                            linear(block + "attention.dense", d, d, attentionBias)),
                    layerNorm(block + "post_attention_layernorm", d),
                    new MlpWeights<>(
                            null,
                            linear(block + "mlp.dense_h_to_4h", m, d, true),
                            linear(block + "mlp.dense_4h_to_h", d, m, true))));
        }
        StoredTensor embedding = StoredTensor.of("gpt_neox.embed_in.weight", b.dVocab(), d);
        return new TransformerWeights<>(
                embedding,
                null,
                null,
                blocks,
                layerNorm("gpt_neox.final_layer_norm", d),
                new Linear<>(CommonWeights.head(config, false, "embed_out.weight", embedding), null));
    }

    /** Causal masks and rotary frequencies; and the copy of a tied embedding. */
    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        Set<String> names = new HashSet<>();
        for (int l = 0; l < b.layers(); l++) {
            String attention = "gpt_neox.layers." + l + ".attention.";
            names.addAll(List.of(attention + "bias", attention + "masked_bias", attention + "rotary_emb.inv_freq"));
        }
        names.add("embed_out.weight"); // looked at only where it isn't tied
        return names;
    }
}
