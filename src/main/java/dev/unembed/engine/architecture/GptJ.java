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
import dev.unembed.engine.transformer.Blueprint.Pairing;
import dev.unembed.engine.transformer.Blueprint.Positions;
import dev.unembed.engine.transformer.Blueprint.RotaryScaling;
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

/**
 * GPT-J: attention and MLP read the same stream through the same norm, rotary positions turn neighbouring dimensions, the
 * unembedding has a bias.
 *
 * @see <a href="https://github.com/kingoflolz/mesh-transformer-jax">Wang and Komatsuzaki 2021</a>
 */
final class GptJ implements Architecture {
    private static final double ROTARY_BASE = 10_000;

    @Override
    public String family() {
        return "gptj";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        int dModel = config.positiveInt("n_embd");
        int nHeads = config.positiveInt("n_head");
        int dHead = CommonSettings.dHead(config, "n_head", dModel);
        int rotary = config.positiveInt("rotary_dim");
        if (rotary % 2 != 0 || rotary > dHead) {
            throw config.unsupported(
                    "rotary_dim", String.valueOf(rotary), List.of("even numbers up to the head's width " + dHead));
        }
        return new Blueprint(
                config.positiveInt("n_layer"),
                dModel,
                config.positiveInt("vocab_size"),
                config.positiveInt("n_positions"),
                Embedding.PLAIN,
                new Positions.Rotary(ROTARY_BASE, rotary, new RotaryScaling.None(), Pairing.NEIGHBOURS),
                new Norm.LayerNorm(config.positiveNumber("layer_norm_epsilon", 1e-5)),
                NormPlacement.BEFORE,
                new AttentionShape(nHeads, nHeads, dHead, 1 / Math.sqrt(dHead)),
                new Mlp.Plain(
                        config.positiveInt("n_inner", 4 * dModel),
                        CommonSettings.activation(config, "activation_function", "gelu_new")),
                Flow.PARALLEL,
                null);
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        long d = b.dModel();
        long m = b.mlp().dMlp();
        List<BlockWeights<StoredTensor>> blocks = new ArrayList<>();
        for (int l = 0; l < b.layers(); l++) {
            String block = "transformer.h." + l + ".";
            NormWeights<StoredTensor> ln = layerNorm(block + "ln_1", d);
            blocks.add(new BlockWeights<>(
                    ln,
                    new AttentionWeights<>(
                            linear(block + "attn.q_proj", d, d, false),
                            linear(block + "attn.k_proj", d, d, false),
                            linear(block + "attn.v_proj", d, d, false),
                            linear(block + "attn.out_proj", d, d, false)),
                    ln,
                    new MlpWeights<>(
                            null, linear(block + "mlp.fc_in", m, d, true), linear(block + "mlp.fc_out", d, m, true))));
        }
        StoredTensor embedding = StoredTensor.of("transformer.wte.weight", b.dVocab(), d);
        return new TransformerWeights<>(
                embedding,
                null,
                null,
                blocks,
                layerNorm("transformer.ln_f", d),
                new Linear<>(
                        CommonWeights.head(config, false, "lm_head.weight", embedding),
                        StoredTensor.of("lm_head.bias", b.dVocab())));
    }

    /** Causal masks and angles; and the copy of a tied embedding. */
    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        Set<String> names = new HashSet<>();
        for (int l = 0; l < b.layers(); l++) {
            String attention = "transformer.h." + l + ".attn.";
            names.addAll(List.of(attention + "bias", attention + "masked_bias", attention + "embed_positions"));
        }
        names.add("lm_head.weight"); // looked at only where it isn't tied
        return names;
    }
}
