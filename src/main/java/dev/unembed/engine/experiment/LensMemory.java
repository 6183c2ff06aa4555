package dev.unembed.engine.experiment;

import dev.unembed.engine.architecture.ModelFolder.Dimensions;

/** How much memory a lens reading takes beside the model's weights. */
final class LensMemory {
    /** Blocks of logits, the model's own logits, and what the library keeps per thread: whatever the prompt. */
    private static final long SWEEP_BYTES = 96L << 20;

    /** Running statistics of a cell beside its top list: sums, and the objects that hold them. */
    private static final long BYTES_PER_CELL = 256;

    private LensMemory() {}

    /** @param tracked how many tokens are followed */
    static long bytes(Dimensions d, int positions, boolean sublayers, int topK, int tracked) {
        long rows = (sublayers ? 2L : 1L) * d.layers() + 1;
        long cells = rows * positions;
        long streams = cells * d.dModel() * Float.BYTES;
        // ids and log-probabilities: while they are found, as result, and as the file of the result
        long statistics = cells * (BYTES_PER_CELL + 3 * 8L * (topK + tracked));
        return SWEEP_BYTES + streams + pass(d, positions) + statistics;
    }

    /** One block's tensors at their peak, and what is added to the scores where positions aren't all seen alike. */
    private static long pass(Dimensions d, long positions) {
        long widths = 4L * d.dModel() + 4L * d.nHeads() * d.dHead() + 3L * d.dMlp();
        long masks = 3 * positions * positions * d.nHeads(); // ALiBi's differ between heads
        return (positions * widths + masks) * Float.BYTES;
    }
}
