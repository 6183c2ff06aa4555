package dev.unembed.engine.experiment;

import dev.unembed.engine.lens.VocabularySweep;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.PassMemory;

/** How much memory a lens reading takes beside the model's weights. */
final class LensMemory {
    /** The model's own logits are made for so many positions at a time, or for one group. */
    private static final long MODEL_LOGIT_BYTES = 16L << 20;

    /** Running sums of a cell, and the objects that hold them. */
    private static final long BYTES_PER_FOLD = 256;

    private LensMemory() {}

    /** @param tracked how many tokens are followed */
    static long bytes(Blueprint b, int positions, boolean sublayers, int topK, int tracked) {
        long rows = (sublayers ? 2L : 1L) * b.layers() + 1;
        long cells = rows * positions;
        long streams = cells * b.dModel() * Float.BYTES;
        // ids and log-probabilities: as found, cut to what was asked, and as the file of the result
        long statistics = cells * (64 + 3 * 8L * (topK + tracked));
        return PassMemory.bytes(b, 1, positions, false)
                + streams
                + statistics
                + sweep(b, rows, positions, topK + tracked);
    }

    private static long sweep(Blueprint b, long rows, long positions, long kept) {
        VocabularySweep.Settings settings = VocabularySweep.Settings.standard();
        long group = Math.min(cells(rows, positions), Math.max(rows, VocabularySweep.GROUP_ROWS));
        long capped = b.logitCap() == null ? 1 : 4;
        long block = group * Math.min(settings.blockTokens(), b.dVocab()) * Float.BYTES * capped;
        long folds = group * (BYTES_PER_FOLD + 8 * kept);
        long together = Math.max(1, VocabularySweep.GROUP_ROWS / rows) * b.dVocab() * (long) Float.BYTES;
        long all = positions * b.dVocab() * (long) Float.BYTES;
        long ownLogits = Math.min(all, Math.max(together, MODEL_LOGIT_BYTES)) * (capped + 1); // in blocks, then as one
        long input = 4 * group * b.dModel() * Float.BYTES; // stacked, normalised
        return settings.cores() * (block + folds) + ownLogits + input;
    }

    private static long cells(long rows, long positions) {
        return rows * positions;
    }
}
