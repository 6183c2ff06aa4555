package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import org.jspecify.annotations.Nullable;

/** Logits from a normalised stream: wU·x + bU, soft-capped where the model does so. */
public final class Unembedding {
    private final RowTable weight;
    private final @Nullable NDArray bias;
    private final @Nullable Double logitCap;
    private final int dVocab;

    Unembedding(RowTable weight, @Nullable NDArray bias, int dVocab, @Nullable Double logitCap) {
        this.weight = weight;
        this.bias = bias;
        this.dVocab = dVocab;
        this.logitCap = logitCap;
    }

    public int dVocab() {
        return dVocab;
    }

    /** How many tokens' rows are best read at a time, at most so many: few where the table stays in its file. */
    public int rowsAtOnce(int wanted) {
        return weight.rowsAtOnce(wanted);
    }

    /** All logits. @param normalized [.. d_model] @return [.. d_vocab] */
    public NDArray logits(NDArray normalized, TensorOps ops) {
        int atOnce = weight.rowsAtOnce(dVocab);
        if (atOnce >= dVocab) {
            return logits(normalized, 0, dVocab, ops);
        }
        try (TensorScope scope = new TensorScope()) {
            NDArray[] blocks = new NDArray[Math.ceilDiv(dVocab, atOnce)];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = logits(normalized, i * atOnce, Math.min(dVocab, (i + 1) * atOnce), scope.ops());
            }
            int axis = normalized.getShape().dimension() - 1;
            return ops.own(scope.ops().concatenate(blocks, axis));
        }
    }

    /** The logits of tokens {@code from} up to, not including, {@code to}. @return [.. to-from] */
    public NDArray logits(NDArray normalized, int from, int to, TensorOps ops) {
        try (TensorScope scope = new TensorScope()) { // of rows that aren't in memory, none outlives its product
            NDArray rows = weight.rows(from, to, scope.ops());
            NDArray biases = bias == null ? null : scope.ops().narrow(bias, 0, from, to);
            return cap(ops.linear(normalized, rows, biases), ops);
        }
    }

    /** The rows of some tokens, wU without its bias. @return [ids d_model] */
    public NDArray rows(int[] ids, TensorOps ops) {
        return weight.rows(ids, ops);
    }

    /** bU [d_vocab]; the tensor belongs to the model. */
    public @Nullable NDArray bias() {
        return bias;
    }

    /** The logits of some tokens. @param ids [n] @return [.. n] */
    public NDArray logits(NDArray normalized, int[] ids, TensorOps ops) {
        NDArray index = ops.createIds(ids, ids.length);
        NDArray biases =
                bias == null ? null : ops.reshape(ops.embedding(ops.reshape(bias, dVocab, 1), index), ids.length);
        return cap(ops.linear(normalized, weight.rows(ids, ops), biases), ops);
    }

    /** Other tokens for every row. @param normalized [n d_model] @param ids [n m] @return [n m] */
    public NDArray logitsPerRow(NDArray normalized, int[][] ids, TensorOps ops) {
        int m = ids[0].length;
        int[] flat = java.util.Arrays.stream(ids)
                .flatMapToInt(java.util.Arrays::stream)
                .toArray();
        NDArray index = ops.createIds(flat, ids.length, m);
        NDArray dots = ops.rowDots(
                normalized,
                ops.reshape(
                        weight.rows(flat, ops),
                        ids.length,
                        m,
                        normalized.getShape().get(1))); // [n m]
        NDArray biases =
                bias == null ? null : ops.reshape(ops.embedding(ops.reshape(bias, dVocab, 1), index), ids.length, m);
        return cap(biases == null ? dots : ops.add(dots, biases), ops);
    }

    private NDArray cap(NDArray logits, TensorOps ops) {
        return logitCap == null ? logits : ops.softCap(logits, logitCap);
    }
}
