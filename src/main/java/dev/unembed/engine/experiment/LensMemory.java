package dev.unembed.engine.experiment;

import dev.unembed.engine.lens.VocabularySweep;
import dev.unembed.engine.tensor.Precision;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.PassMemory;
import dev.unembed.engine.transformer.RoundedUnembedding;

/** How much memory a lens reading takes beside the model's weights. */
final class LensMemory {
    /** Running sums of a cell, and the objects that hold them. */
    private static final long BYTES_PER_FOLD = 256;

    private LensMemory() {}

    /** @param tracked how many tokens are followed */
    static long bytes(Blueprint b, int positions, boolean sublayers, int topK, int tracked, Precision precision) {
        int rows = (sublayers ? 2 : 1) * b.layers() + 1;
        long cells = (long) rows * positions;
        long streams = cells * b.dModel() * Float.BYTES;
        // ids and log-probabilities: as found, cut to what was asked, and as the file of the result
        long statistics = cells * (64 + 3 * 8L * (topK + tracked));
        return PassMemory.bytes(b, 1, positions, false)
                + streams
                + statistics
                + sweep(b, rows, positions, topK + tracked)
                + (precision == Precision.FP32 ? 0 : RoundedUnembedding.bytes(b));
    }

    private static long sweep(Blueprint b, int rows, long positions, long kept) {
        VocabularySweep.Settings settings = VocabularySweep.Settings.standard();
        long part = Math.min(positions, VocabularySweep.positionsPerPart(rows, b.dVocab()));
        long group = Math.min(part * rows, Math.max(rows, VocabularySweep.GROUP_ROWS));
        long capped = b.logitCap() == null ? 1 : 4;
        long block = group * Math.min(settings.blockTokens(), b.dVocab()) * Float.BYTES * capped;
        long folds = part * rows * (BYTES_PER_FOLD + 8 * kept);
        long ownLogits = part * b.dVocab() * Float.BYTES * (capped + 1); // in blocks, then as one
        long input = 4 * part * rows * b.dModel() * Float.BYTES; // stacked, normalised
        return settings.cores() * (block + folds) + ownLogits + input;
    }
}
