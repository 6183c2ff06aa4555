package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.TransformerWeights.Linear;
import org.jspecify.annotations.Nullable;

/** Logits from a normalised stream: wU·x + bU, soft-capped where the model does so. */
public final class Unembedding {
    private final NDArray weight;
    private final @Nullable NDArray bias;
    private final @Nullable Double logitCap;
    private final int dVocab;

    Unembedding(Linear<NDArray> weights, int dVocab, @Nullable Double logitCap) {
        this.weight = weights.weight();
        this.bias = weights.bias();
        this.dVocab = dVocab;
        this.logitCap = logitCap;
    }

    public int dVocab() {
        return dVocab;
    }

    /** All logits. @param normalized [.. d_model] @return [.. d_vocab] */
    public NDArray logits(NDArray normalized, TensorOps ops) {
        return cap(ops.linear(normalized, weight, bias), ops);
    }

    /** The logits of tokens {@code from} up to, not including, {@code to}. @return [.. to-from] */
    public NDArray logits(NDArray normalized, int from, int to, TensorOps ops) {
        NDArray rows = ops.narrow(weight, 0, from, to);
        return cap(ops.linear(normalized, rows, bias == null ? null : ops.narrow(bias, 0, from, to)), ops);
    }

    /** The logits of some tokens. @param ids [n] @return [.. n] */
    public NDArray logits(NDArray normalized, int[] ids, TensorOps ops) {
        NDArray index = ops.createIds(ids, ids.length);
        NDArray biases =
                bias == null ? null : ops.reshape(ops.embedding(ops.reshape(bias, dVocab, 1), index), ids.length);
        return cap(ops.linear(normalized, ops.embedding(weight, index), biases), ops);
    }

    /** Other tokens for every row. @param normalized [n d_model] @param ids [n m] @return [n m] */
    public NDArray logitsPerRow(NDArray normalized, int[][] ids, TensorOps ops) {
        int m = ids[0].length;
        int[] flat = java.util.Arrays.stream(ids)
                .flatMapToInt(java.util.Arrays::stream)
                .toArray();
        NDArray index = ops.createIds(flat, ids.length, m);
        NDArray dots = ops.rowDots(normalized, ops.embedding(weight, index)); // [n m]
        NDArray biases =
                bias == null ? null : ops.reshape(ops.embedding(ops.reshape(bias, dVocab, 1), index), ids.length, m);
        return cap(biases == null ? dots : ops.add(dots, biases), ops);
    }

    private NDArray cap(NDArray logits, TensorOps ops) {
        return logitCap == null ? logits : ops.softCap(logits, logitCap);
    }
}
