package dev.unembed.engine.lens;

import java.lang.foreign.MemorySegment;

/**
 * The loops over one row of one block of logits. Two implementations with the same results: with the Vector API, and
 * plain where it is missing.
 *
 * <p>A row is {@code n} floats from byte {@code offset} on.
 */
interface BlockKernel {
    /** The fastest this machine has. */
    static BlockKernel best() {
        boolean wanted = !"false".equals(System.getProperty("unembed.engine.vector"));
        return wanted && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
                ? new VectorKernel()
                : new ScalarKernel();
    }

    float max(MemorySegment z, long offset, int n);

    /**
     * With e = exp(z - reference), reference ≥ every z: writes e to {@code exponentials} and gives Σe and Σe·(z -
     * reference).
     */
    void exponentials(MemorySegment z, long offset, int n, float reference, float[] exponentials, Sums sums);

    /** The same sums without keeping e, and Σ weights·z. */
    void sums(MemorySegment z, long offset, int n, float reference, float[] weights, Sums sums);

    /** How many are greater than a threshold. */
    int countAbove(MemorySegment z, long offset, int n, float threshold);

    /** Offers every value above the fold's threshold to its top list. */
    void collectTop(MemorySegment z, long offset, int n, int firstId, TopList top);

    /** The largest |a - b|; not a number if any value isn't. */
    float maxAbsDifference(MemorySegment a, long offsetA, MemorySegment b, long offsetB, int n);

    /** Sums over one block, as doubles; the kernels add up at most one block in fp32. */
    final class Sums {
        double exponentials;
        double weighted;
        double cross;
    }
}
