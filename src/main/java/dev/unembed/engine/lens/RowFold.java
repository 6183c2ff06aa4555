package dev.unembed.engine.lens;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Running statistics of one row of logits z over the vocabulary, block by block.
 *
 * <p>With m the largest logit so far, it keeps Σe^(z-m) and Σe^(z-m)·(z-m); when a block brings a larger m', both are
 * carried over exactly: the first by the factor c = e^(m-m'), the second as c·(Σe·(z-m) + (m-m')·Σe). From them
 *
 * <pre>
 * log p(t)   = z(t) - m - log Σe
 * entropy    = log Σe - Σe·(z-m) / Σe
 * KL(f ‖ l)  = -entropy(f) - Σp(f)·z(l) + m(l) + log Σe(l)
 * </pre>
 *
 * where f is the final row of the same position: its exponentials weigh the other rows' logits in {@code cross}.
 */
final class RowFold {
    private final TopList top;
    private final int[] targets;
    private final float[] targetLogits;
    private final int[] above;
    private float max = Float.NEGATIVE_INFINITY;
    private double exponentials;
    private double weighted;
    private double cross;

    /**
     * @param targets tokens whose log-prob and rank are wanted
     * @param targetLogits their logits, found beforehand: ranks count what is above them from the first block on
     */
    RowFold(int topK, int[] targets, float[] targetLogits) {
        this.top = new TopList(topK);
        this.targets = targets;
        this.targetLogits = targetLogits.clone();
        this.above = new int[targets.length];
    }

    /** Folds a block of the final row, and leaves its exponentials for the others. Returns the factor for their cross. */
    double foldFinal(
            MemorySegment z,
            long offset,
            int n,
            int firstId,
            BlockKernel kernel,
            float[] exponentials,
            BlockKernel.Sums sums) {
        float old = max;
        raise(kernel.max(z, offset, n));
        kernel.exponentials(z, offset, n, max, exponentials, sums);
        double factor = old == Float.NEGATIVE_INFINITY ? 0 : Math.exp((double) old - max);
        this.exponentials += sums.exponentials;
        weighted += sums.weighted;
        foldRest(z, offset, n, firstId, kernel, max);
        return factor;
    }

    /**
     * @param finalExponentials what {@link #foldFinal} left for this block
     * @param factor what it returned
     */
    void fold(
            MemorySegment z,
            long offset,
            int n,
            int firstId,
            BlockKernel kernel,
            float[] finalExponentials,
            double factor,
            BlockKernel.Sums sums) {
        float blockMax = kernel.max(z, offset, n);
        raise(blockMax);
        kernel.sums(z, offset, n, max, finalExponentials, sums);
        exponentials += sums.exponentials;
        weighted += sums.weighted;
        cross = cross * factor + sums.cross;
        foldRest(z, offset, n, firstId, kernel, blockMax);
    }

    private void raise(float blockMax) {
        if (blockMax > max) {
            rescale(blockMax);
        }
    }

    private void rescale(float newMax) {
        if (max != Float.NEGATIVE_INFINITY) {
            double shift = (double) max - newMax;
            double c = Math.exp(shift);
            weighted = c * (weighted + shift * exponentials);
            exponentials *= c;
        }
        max = newMax;
    }

    private void foldRest(MemorySegment z, long offset, int n, int firstId, BlockKernel kernel, float blockMax) {
        if (blockMax > top.threshold()) {
            kernel.collectTop(z, offset, n, firstId, top);
        }
        for (int t = 0; t < targets.length; t++) {
            float threshold = targetLogits[t];
            if (blockMax > threshold) {
                above[t] += kernel.countAbove(z, offset, n, threshold);
            }
            int place = targets[t] - firstId;
            if (place >= 0 && place < n) {
                // the found logit and the block's differ in the last bits: a token must not outrank itself
                float exact = z.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + 4L * place);
                above[t] -= exact > threshold ? 1 : 0;
            }
        }
    }

    /** Takes in the fold of a later part of the vocabulary. */
    void merge(RowFold later, double factorHere, double factorThere) {
        cross = cross * factorHere + later.cross * factorThere;
        float common = Math.max(max, later.max);
        rescale(common);
        later.rescale(common);
        exponentials += later.exponentials;
        weighted += later.weighted;
        top.merge(later.top);
        for (int t = 0; t < above.length; t++) {
            above[t] += later.above[t];
        }
    }

    float max() {
        return max;
    }

    TopList top() {
        return top;
    }

    private double logSum() {
        return max + Math.log(exponentials);
    }

    double logProb(float logit) {
        return logit - logSum();
    }

    double targetLogProb(int t) {
        int place = top.placeOf(targets[t]);
        return logProb(place >= 0 ? top.value(place) : targetLogits[t]);
    }

    /** From 1; equal logits are ordered by id where the top list shows them, and share a rank below. */
    int targetRank(int t) {
        int place = top.placeOf(targets[t]);
        return place >= 0 ? place + 1 : Math.max(above[t], top.size()) + 1;
    }

    double entropyNats() {
        return Math.max(0, Math.log(exponentials) - weighted / exponentials);
    }

    /** KL(finalRow ‖ this), where the final row's exponentials weighed this one's logits. */
    double klNats(RowFold finalRow) {
        if (finalRow == this) {
            return 0;
        }
        double negativeEntropy = finalRow.weighted / finalRow.exponentials - Math.log(finalRow.exponentials);
        return Math.max(0, negativeEntropy - cross / finalRow.exponentials + logSum());
    }

    @Override
    public String toString() {
        return "RowFold[max " + max + ", targets " + Arrays.toString(targets) + "]";
    }
}
