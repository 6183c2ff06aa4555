package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
    /** Rows that are rounded and kept together. */
    private static final int ROWS = 4096;

    private final Unembedding exact;
    private final NDArray centre;
    /** [{@value #ROWS} d_model] each but the last; none where rows are read when they are asked for. */
    private final List<NDArray> rounded = new ArrayList<>();

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
            centre = scope.ops().multiply(Objects.requireNonNull(sum), 1.0 / dVocab);
            for (int from = 0; exact.isInMemory() && from < dVocab; from += ROWS) {
                rounded.add(rounded(from, Math.min(dVocab, from + ROWS), scope.ops()));
            }
        }
    }

    /** @return [to-from d_model] */
    private NDArray rounded(int from, int to, TensorOps ops) {
        try (TensorScope scope = new TensorScope()) {
            return ops.rounded(exact.rows(from, to, scope.ops()), centre);
        }
    }

    @Override
    public Rows open(int from, int to, TensorOps ops) {
        NDArray weight = rounded.isEmpty() ? rounded(from, to, ops) : kept(from, to, ops); // [to-from d_model]
        return rows(weight, exact.biases(from, to, ops));
    }

    /** @return [to-from d_model] */
    private NDArray kept(int from, int to, TensorOps ops) {
        NDArray[] pieces = new NDArray[(to - 1) / ROWS - from / ROWS + 1];
        for (int i = 0; i < pieces.length; i++) {
            int part = from / ROWS + i;
            int start = part * ROWS;
            pieces[i] =
                    ops.narrow(rounded.get(part), 0, Math.max(from, start) - start, Math.min(to, start + ROWS) - start);
        }
        return pieces.length == 1 ? pieces[0] : ops.concatenate(pieces, 0);
    }

    /** Bytes it takes of a model of this shape, whose unembedding is in memory. */
    public static long bytes(Blueprint b) {
        return (2L * b.dVocab() + 6L * Float.BYTES * Math.min(ROWS, b.dVocab())) * b.dModel();
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
