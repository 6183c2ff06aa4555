package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import org.jspecify.annotations.Nullable;

/** Logits from a normalised stream: wU·x + bU, soft-capped where the model does so. */
public final class Unembedding implements VocabularyProducts {
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

    /** Whether all rows are there at once, instead of being read when they are asked for. */
    boolean isInMemory() {
        return weight.rowsAtOnce(dVocab) >= dVocab;
    }

    /** How many tokens' rows are best read at a time, at most so many: few where the table stays in its file. */
    public int rowsAtOnce(int wanted) {
        return weight.rowsAtOnce(wanted);
    }

    /** All logits. @param normalized [.. d_model] @return [.. d_vocab] */
    public NDArray logits(NDArray normalized, TensorOps ops) {
        return all(this, normalized, ops);
    }

    /** All logits by some products, as many at once as this has rows at once. @return [.. d_vocab] */
    public NDArray all(VocabularyProducts products, NDArray normalized, TensorOps ops) {
        int atOnce = weight.rowsAtOnce(dVocab);
        try (TensorScope scope = new TensorScope()) {
            NDArray[] blocks = new NDArray[Math.ceilDiv(dVocab, atOnce)];
            for (int i = 0; i < blocks.length; i++) {
                try (TensorScope read = new TensorScope()) { // of rows that aren't in memory, none outlives its product
                    blocks[i] = products.open(i * atOnce, Math.min(dVocab, (i + 1) * atOnce), read.ops())
                            .logits(normalized, scope.ops());
                }
            }
            int axis = normalized.getShape().dimension() - 1;
            return ops.own(blocks.length == 1 ? blocks[0] : scope.ops().concatenate(blocks, axis));
        }
    }

    @Override
    public Rows open(int from, int to, TensorOps ops) {
        NDArray rows = weight.rows(from, to, ops); // [to-from d_model]
        NDArray biases = biases(from, to, ops);
        return (normalized, owner) -> cap(owner.linear(normalized, rows, biases), owner);
    }

    @Override
    public NDArray logits(NDArray normalized, int[] ids, TensorOps ops) {
        return cap(ops.linear(normalized, weight.rows(ids, ops), biases(ids, ops)), ops);
    }

    /** The rows of some tokens, wU without its bias. @return [ids d_model] */
    public NDArray rows(int[] ids, TensorOps ops) {
        return weight.rows(ids, ops);
    }

    /** Rows {@code from} up to, not including, {@code to}. @return [to-from d_model] */
    NDArray rows(int from, int to, TensorOps ops) {
        return weight.rows(from, to, ops);
    }

    /** bU [d_vocab]; the tensor belongs to the model. */
    public @Nullable NDArray bias() {
        return bias;
    }

    @Nullable
    NDArray biases(int from, int to, TensorOps ops) {
        return bias == null ? null : ops.narrow(bias, 0, from, to);
    }

    /** @return [ids] */
    @Nullable
    NDArray biases(int[] ids, TensorOps ops) {
        return bias == null
                ? null
                : ops.reshape(ops.embedding(ops.reshape(bias, dVocab, 1), ops.createIds(ids, ids.length)), ids.length);
    }

    /** Products with their biases, soft-capped where the model does so. */
    NDArray finished(NDArray products, @Nullable NDArray biases, TensorOps ops) {
        NDArray logits = biases == null ? products : ops.add(products, biases);
        return cap(biases == null && logitCap == null ? ops.own(logits) : logits, ops);
    }

    /** Other tokens for every row. @param normalized [n d_model] @param ids [n m] @return [n m] */
    public NDArray logitsPerRow(NDArray normalized, int[][] ids, TensorOps ops) {
        int m = ids[0].length;
        int[] flat = java.util.Arrays.stream(ids)
                .flatMapToInt(java.util.Arrays::stream)
                .toArray();
        NDArray dots = ops.rowDots(
                normalized,
                ops.reshape(
                        weight.rows(flat, ops),
                        ids.length,
                        m,
                        normalized.getShape().get(1))); // [n m]
        NDArray biases = biases(flat, ops);
        return finished(dots, biases == null ? null : ops.reshape(biases, ids.length, m), ops);
    }

    private NDArray cap(NDArray logits, TensorOps ops) {
        return logitCap == null ? logits : ops.softCap(logits, logitCap);
    }
}
