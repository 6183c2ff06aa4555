package dev.unembed.engine.lens;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The loops as one would write them down; what {@link VectorKernel} must equal. */
final class ScalarKernel implements BlockKernel {
    private static float at(MemorySegment z, long offset, int i) {
        return z.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + 4L * i);
    }

    @Override
    public float max(MemorySegment z, long offset, int n) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, at(z, offset, i));
        }
        return max;
    }

    @Override
    public void exponentials(MemorySegment z, long offset, int n, float reference, float[] exponentials, Sums sums) {
        sums.exponentials = 0;
        sums.weighted = 0;
        for (int i = 0; i < n; i++) {
            double x = at(z, offset, i) - reference;
            double e = Math.exp(x);
            exponentials[i] = (float) e;
            sums.exponentials += e;
            sums.weighted += e * x;
        }
    }

    @Override
    public void sums(MemorySegment z, long offset, int n, float reference, float[] weights, Sums sums) {
        sums.exponentials = 0;
        sums.weighted = 0;
        sums.cross = 0;
        for (int i = 0; i < n; i++) {
            float value = at(z, offset, i);
            double x = value - reference;
            double e = Math.exp(x);
            sums.exponentials += e;
            sums.weighted += e * x;
            sums.cross += (double) weights[i] * value;
        }
    }

    @Override
    public int countAbove(MemorySegment z, long offset, int n, float threshold) {
        int count = 0;
        for (int i = 0; i < n; i++) {
            if (at(z, offset, i) > threshold) {
                count++;
            }
        }
        return count;
    }

    @Override
    public void collectTop(MemorySegment z, long offset, int n, int firstId, TopList top) {
        for (int i = 0; i < n; i++) {
            top.offer(at(z, offset, i), firstId + i);
        }
    }

    @Override
    public float maxAbsDifference(MemorySegment a, long offsetA, MemorySegment b, long offsetB, int n) {
        float max = 0;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, Math.abs(at(a, offsetA, i) - at(b, offsetB, i)));
        }
        return max;
    }
}
