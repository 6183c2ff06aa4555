package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;

/** A matrix [n d] that is read by its rows: one per token, or one per position. In memory, or in files. */
public interface RowTable {
    /** Some rows. @return [ids d] */
    NDArray rows(int[] ids, TensorOps ops);

    /** The rows {@code from} up to, not including, {@code to}. @return [to-from d] */
    NDArray rows(int from, int to, TensorOps ops);

    /** How many of so many rows are reasonably asked for together: what isn't in memory takes memory. */
    int rowsAtOnce(int wanted);

    /** @param table [n d]; must outlive this */
    static RowTable inMemory(NDArray table) {
        return new RowTable() {
            @Override
            public NDArray rows(int[] ids, TensorOps ops) {
                return ops.embedding(table, ops.createIds(ids, ids.length));
            }

            @Override
            public NDArray rows(int from, int to, TensorOps ops) {
                return ops.narrow(table, 0, from, to);
            }

            @Override
            public int rowsAtOnce(int wanted) {
                return wanted;
            }
        };
    }
}
