package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import org.jspecify.annotations.Nullable;

/**
 * Logits from products in bf16.
 *
 * <p>A sum that ends in bf16 keeps 8 bits, and what all logits of a row have in common would use them up: GPT-2's lie around
 * -100. So the mean row w̄ of wU is taken out before rounding, and x·w̄ put back in fp32:
 *
 * <pre>
 * wU·x = bf16(wU - w̄)·bf16(x) + w̄·x
 * </pre>
 *
 * which leaves an error in proportion to how far logits lie apart. It takes half of the unembedding's memory where that is in
 * memory; where it is streamed, rows are rounded as they are read.
 */
public final class RoundedUnembedding implements VocabularyProducts {
    /** Rows rounded at a time. */
    private static final int ROWS = 4096;

    private final Unembedding exact;
    private final NDArray centre;
    private final @Nullable NDArray rounded;

    /** @param scope owns what is rounded; it must outlive this */
    public RoundedUnembedding(Unembedding exact, TensorScope scope) {
        this.exact = exact;
        int dVocab = exact.dVocab();
        try (TensorScope local = new TensorScope()) {
            NDArray sum = null; // [1 d_model]
            for (int from = 0; from < dVocab; from += ROWS) {
                try (TensorScope block = new TensorScope()) {
                    NDArray rows = exact.rows(from, Math.min(dVocab, from + ROWS), block.ops());
                    NDArray more = block.ops().sumFirst(rows);
                    sum = local.keep(sum == null ? more : block.ops().add(sum, more));
                }
            }
            centre = scope.ops().multiply(java.util.Objects.requireNonNull(sum), 1.0 / dVocab);
            rounded = exact.isInMemory() ? rounded(local, scope) : null;
        }
    }

    /** @return [d_vocab d_model] */
    private NDArray rounded(TensorScope local, TensorScope scope) {
        int dVocab = exact.dVocab();
        NDArray[] parts = new NDArray[Math.ceilDiv(dVocab, ROWS)];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = rounded(i * ROWS, Math.min(dVocab, (i + 1) * ROWS), local.ops());
        }
        return parts.length == 1 ? scope.keep(parts[0]) : scope.ops().concatenate(parts, 0);
    }

    /** @return [to-from d_model] */
    private NDArray rounded(int from, int to, TensorOps ops) {
        try (TensorScope scope = new TensorScope()) {
            return ops.rounded(exact.rows(from, to, scope.ops()), centre);
        }
    }

    @Override
    public Rows open(int from, int to, TensorOps ops) {
        NDArray weight =
                rounded == null ? rounded(from, to, ops) : ops.narrow(rounded, 0, from, to); // [to-from d_model]
        return rows(weight, exact.biases(from, to, ops));
    }

    @Override
    public NDArray logits(NDArray normalized, int[] ids, TensorOps ops) {
        try (TensorScope scope = new TensorScope()) {
            NDArray weight = scope.ops().rounded(exact.rows(ids, scope.ops()), centre); // [n d_model]
            return rows(weight, exact.biases(ids, scope.ops())).logits(normalized, ops);
        }
    }

    private Rows rows(NDArray weight, @Nullable NDArray biases) {
        return (normalized, ops) -> {
            try (TensorScope scope = new TensorScope()) {
                return exact.finished(product(normalized, weight, scope.ops()), biases, ops);
            }
        };
    }

    private NDArray product(NDArray normalized, NDArray weight, TensorOps ops) {
        NDArray common = ops.linear(normalized, centre, null); // [.. 1]
        return ops.add(ops.linearRounded(normalized, weight), common);
    }
}
