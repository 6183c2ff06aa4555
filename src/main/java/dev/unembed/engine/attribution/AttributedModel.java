package dev.unembed.engine.attribution;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Transformer;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.WeightSource;
import dev.unembed.engine.transformer.WeightSource.OpenBlock;
import java.util.ArrayList;
import java.util.List;

/** What attribution needs to know of a model, whatever the prompts: its lines, biases and norms, as plain arrays. */
final class AttributedModel {
    private final Transformer transformer;
    private final ResidualDecomposition decomposition;
    private final List<Sublayer> attentions = new ArrayList<>();
    private final List<Sublayer> mlps = new ArrayList<>();
    private final List<float[]> valueBiases = new ArrayList<>();
    private final FrozenNorm finalNorm;
    private final float[] unembeddingBias;

    AttributedModel(Transformer transformer) {
        this.transformer = transformer;
        Blueprint blueprint = transformer.blueprint();
        WeightSource weights = transformer.weights();
        decomposition = new ResidualDecomposition(transformer);
        for (int l = 0; l < weights.layers(); l++) {
            try (OpenBlock open = weights.open(l)) {
                BlockWeights<NDArray> block = open.weights();
                attentions.add(Sublayer.ofAttention(blueprint, block, l));
                mlps.add(Sublayer.ofMlp(blueprint, block, l));
                valueBiases.add(
                        perQueryHead(Sublayer.values(block.attention().v().bias()), blueprint.attention()));
            }
        }
        finalNorm = new FrozenNorm(blueprint.norm(), weights.finalNorm());
        unembeddingBias = Sublayer.values(weights.unembeddingBias());
    }

    /** @param biases [kv_head·d_head], or empty @return [head·d_head] */
    private static float[] perQueryHead(float[] biases, Blueprint.AttentionShape shape) {
        float[] all = new float[shape.nHeads() * shape.dHead()];
        int group = shape.nHeads() / shape.nKvHeads();
        for (int i = 0; biases.length > 0 && i < all.length; i++) {
            int kvHead = i / shape.dHead() / group;
            all[i] = biases[kvHead * shape.dHead() + i % shape.dHead()];
        }
        return all;
    }

    /** @param vectors [n d] @return [n d], in the scope of {@code ops} */
    static NDArray rows(double[][] vectors, TensorOps ops) {
        int width = vectors[0].length;
        float[] flat = new float[vectors.length * width];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) vectors[i / width][i % width];
        }
        return ops.create(flat, vectors.length, width);
    }

    Transformer transformer() {
        return transformer;
    }

    ResidualDecomposition decomposition() {
        return decomposition;
    }

    Sublayer attention(int layer) {
        return attentions.get(layer);
    }

    Sublayer mlp(int layer) {
        return mlps.get(layer);
    }

    /** Of the value each query head reads [head·d_head]; zeros where there are none. */
    float[] valueBiases(int layer) {
        return valueBiases.get(layer);
    }

    FrozenNorm finalNorm() {
        return finalNorm;
    }

    /** 0 where the unembedding has none. */
    double unembeddingBias(int token) {
        return unembeddingBias.length == 0 ? 0 : unembeddingBias[token];
    }

    int layers() {
        return transformer.blueprint().layers();
    }

    int nHeads() {
        return transformer.blueprint().attention().nHeads();
    }

    int nKvHeads() {
        return transformer.blueprint().attention().nKvHeads();
    }

    int dHead() {
        return transformer.blueprint().attention().dHead();
    }

    int dModel() {
        return transformer.blueprint().dModel();
    }

    int dMlp() {
        return transformer.blueprint().mlp().dMlp();
    }
}
