package dev.unembed.engine.lens;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.HookPoint;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Transformer;

/**
 * What is read of some positions.
 *
 * @param rows streams [pos d_model] from the bottom up, the last one the final stream; they stay whoever's they are
 * @param topK at most the size of the vocabulary
 * @param tracked token ids; not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record LensQuestion(Transformer model, Lens lens, NDArray[] rows, int topK, int[] tracked) {
    /** Multiplications of an answer, in the unit that {@link Meter}s count. */
    public static long units(Transformer model, int rows, int positions) {
        return (long) rows
                * positions
                * model.blueprint().dVocab()
                * model.blueprint().dModel();
    }

    int positions() {
        return (int) rows[0].getShape().get(0);
    }

    /**
     * What the unembedding reads at some positions. The rows of one position lie together, so that its final row is at hand
     * for the divergences.
     *
     * @return [pos·row d_model]
     */
    NDArray input(int from, int to, TensorOps ops) {
        NDArray[] parts = new NDArray[rows.length];
        for (int r = 0; r < rows.length; r++) {
            parts[r] = ops.on(model.weights().lastDevice(), ops.narrow(rows[r], 0, from, to)); // [pos d_model]
        }
        NDArray stacked = ops.reshape(
                ops.stack(parts, 1),
                (long) (to - from) * rows.length,
                model.blueprint().dModel());
        return lens.read(stacked, model, ops);
    }

    /**
     * The model's logits by a path of their own: norm in plain operations, the whole vocabulary in one product.
     *
     * @return [pos d_vocab]
     */
    NDArray modelLogits(int from, int to, TensorOps ops) {
        NDArray normalized = model.finalNorm()
                .applyInParts(
                        ops.narrow(rows[rows.length - 1], 0, from, to),
                        ops,
                        Probe.NOTHING,
                        HookPoint.of(Site.LN_FINAL_SCALE),
                        HookPoint.of(Site.LN_FINAL_NORMALIZED)); // [pos d_model]
        return model.unembedding().logits(normalized, ops);
    }

    StatisticsTable table() {
        return new StatisticsTable(rows.length, positions(), topK, tracked.length);
    }
}
