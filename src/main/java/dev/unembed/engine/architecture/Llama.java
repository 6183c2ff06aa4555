package dev.unembed.engine.architecture;

import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Blueprint.Activation;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
import dev.unembed.engine.transformer.Blueprint.Flow;
import dev.unembed.engine.transformer.Blueprint.Mlp;
import dev.unembed.engine.transformer.Blueprint.Norm;
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
 * Llama 1 to 3 and what shares its files (SmolLM, TinyLlama …): RMSNorm, rotary positions, gated SiLU MLP, key/value
 * heads shared by groups of query heads.
 *
 * @see <a href="https://arxiv.org/abs/2307.09288">Touvron et al. 2023</a>
 * @see <a href="https://arxiv.org/abs/2407.21783">Llama 3, 2024</a>
 */
final class Llama implements Architecture {
    @Override
    public String family() {
        return "llama";
    }

    @Override
    public Blueprint blueprint(HuggingFaceConfig config) {
        int dModel = config.positiveInt("hidden_size");
        int nHeads = config.positiveInt("num_attention_heads");
        int nKvHeads = config.positiveInt("num_key_value_heads", nHeads);
        if (!config.has("head_dim") && dModel % nHeads != 0) {
            throw config.unsupported(
                    "num_attention_heads", String.valueOf(nHeads), List.of("divisors of hidden_size " + dModel));
        }
        if (nHeads % nKvHeads != 0) {
            throw config.unsupported(
                    "num_key_value_heads",
                    String.valueOf(nKvHeads),
                    List.of("divisors of num_attention_heads " + nHeads));
        }
        int dHead = config.positiveInt("head_dim", dModel / nHeads);
        config.requireAbsentOr("hidden_act", "silu", "Llama's MLP is a gated SiLU.");
        config.requireAbsentOr("pretraining_tp", 1, "Slices of tensor-parallel training aren't emulated.");
        config.refuse("sliding_window", "Llama attends to all earlier positions.");
        config.refuse("quantization_config", "Quantised weights must be de-quantised first.");
        int nCtx = config.positiveInt("max_position_embeddings");
        return new Blueprint(
                config.positiveInt("num_hidden_layers"),
                dModel,
                config.positiveInt("vocab_size"),
                nCtx,
                1,
                RopeSettings.read(config, dHead, nCtx),
                new Norm.RmsNorm(config.positiveNumber("rms_norm_eps", 1e-6)),
                new AttentionShape(nHeads, nKvHeads, dHead, 1 / Math.sqrt(dHead)),
                new Mlp.Gated(config.positiveInt("intermediate_size"), Activation.SILU),
                Flow.SEQUENTIAL,
                null);
    }

    @Override
    public TransformerWeights<StoredTensor> weights(Blueprint b, HuggingFaceConfig config, WeightFiles files) {
        long d = b.dModel();
        long m = b.mlp().dMlp();
        long queries = (long) b.attention().nHeads() * b.attention().dHead();
        long keys = (long) b.attention().nKvHeads() * b.attention().dHead();
        boolean attentionBias = config.flag("attention_bias", false);
        boolean mlpBias = config.flag("mlp_bias", false);
        List<BlockWeights<StoredTensor>> blocks = new ArrayList<>();
        for (int l = 0; l < b.layers(); l++) {
            String block = "model.layers." + l + ".";
            String attention = block + "self_attn.";
            blocks.add(new BlockWeights<>(
                    norm(block + "input_layernorm", d),
                    new AttentionWeights<>(
                            linear(attention + "q_proj", queries, d, attentionBias),
                            linear(attention + "k_proj", keys, d, attentionBias),
                            linear(attention + "v_proj", keys, d, attentionBias),
                            linear(attention + "o_proj", d, queries, attentionBias)),
                    norm(block + "post_attention_layernorm", d),
                    new MlpWeights<>(
                            linear(block + "mlp.gate_proj", m, d, mlpBias),
                            linear(block + "mlp.up_proj", m, d, mlpBias),
                            linear(block + "mlp.down_proj", d, m, mlpBias))));
        }
        StoredTensor embedding = StoredTensor.of("model.embed_tokens.weight", b.dVocab(), d);
        boolean tied = config.flag("tie_word_embeddings", false);
        return new TransformerWeights<>(
                embedding,
                null,
                blocks,
                norm("model.norm", d),
                new Linear<>(tied ? embedding : StoredTensor.of("lm_head.weight", b.dVocab(), d), null));
    }

    /** Rotary frequencies, which old files store although the config gives them. */
    @Override
    public Set<String> ignored(Blueprint b, WeightFiles files) {
        Set<String> names = new HashSet<>();
        for (int l = 0; l < b.layers(); l++) {
            names.add("model.layers." + l + ".self_attn.rotary_emb.inv_freq");
        }
        return names;
    }

    private static NormWeights<StoredTensor> norm(String name, long d) {
        return new NormWeights<>(StoredTensor.of(name + ".weight", d), null);
    }

    private static Linear<StoredTensor> linear(String name, long out, long in, boolean bias) {
        return new Linear<>(
                StoredTensor.of(name + ".weight", out, in), bias ? StoredTensor.of(name + ".bias", out) : null);
    }
}
