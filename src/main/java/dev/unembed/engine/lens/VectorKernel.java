package dev.unembed.engine.lens;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link ScalarKernel} with the widest vectors of this processor. */
final class VectorKernel implements BlockKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private static final float LOG2_E = 1.44269504f;
    /** Adding and subtracting 1.5 · 2^23 rounds an fp32 to the nearest whole number. */
    private static final float ROUNDING = 12_582_912f;

    private final BlockKernel scalar = new ScalarKernel();

    private static FloatVector load(MemorySegment z, long offset, int i) {
        return FloatVector.fromMemorySegment(SPECIES, z, offset + 4L * i, ORDER);
    }

    private static float at(MemorySegment z, long offset, int i) {
        return z.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + 4L * i);
    }

    /**
     * e^x for x ≤ 0: 2^(x·log2 e) split into a whole power and a polynomial for the rest. The relative error is below 2e-7
     * near 0 and grows to 5e-6 at -80, by the rounding of x·log2 e, where e^x itself is nothing.
     * Below -87 it is 2^-126 instead of less; nothing can be seen of either in a sum that contains a 1.
     */
    private static FloatVector exp(FloatVector x) {
        FloatVector power = x.mul(LOG2_E).max(-126f);
        FloatVector whole = power.add(ROUNDING).sub(ROUNDING);
        FloatVector rest = power.sub(whole);
        FloatVector polynomial = FloatVector.broadcast(SPECIES, 1.535336188e-4f)
                .fma(rest, FloatVector.broadcast(SPECIES, 1.339887440e-3f))
                .fma(rest, FloatVector.broadcast(SPECIES, 9.618437357e-3f))
                .fma(rest, FloatVector.broadcast(SPECIES, 5.550332548e-2f))
                .fma(rest, FloatVector.broadcast(SPECIES, 2.402264791e-1f))
                .fma(rest, FloatVector.broadcast(SPECIES, 6.931472028e-1f))
                .fma(rest, FloatVector.broadcast(SPECIES, 1f));
        IntVector exponent =
                ((IntVector) whole.convert(VectorOperators.F2I, 0)).add(127).lanewise(LSHL, 23);
        return polynomial.mul(exponent.reinterpretAsFloats());
    }

    @Override
    public float max(MemorySegment z, long offset, int n) {
        FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            max = max.max(load(z, offset, i));
        }
        return Math.max(max.reduceLanes(MAX), scalar.max(z, offset + 4L * i, n - i));
    }

    @Override
    public void exponentials(MemorySegment z, long offset, int n, float reference, float[] exponentials, Sums sums) {
        FloatVector sum = FloatVector.zero(SPECIES);
        FloatVector weighted = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            FloatVector x = load(z, offset, i).sub(reference);
            FloatVector e = exp(x);
            e.intoArray(exponentials, i);
            sum = sum.add(e);
            weighted = e.fma(x, weighted);
        }
        sums.exponentials = sum.reduceLanes(ADD);
        sums.weighted = weighted.reduceLanes(ADD);
        for (; i < n; i++) {
            double x = at(z, offset, i) - reference;
            double e = Math.exp(x);
            exponentials[i] = (float) e;
            sums.exponentials += e;
            sums.weighted += e * x;
        }
    }

    @Override
    public void sums(MemorySegment z, long offset, int n, float reference, float[] weights, Sums sums) {
        FloatVector sum = FloatVector.zero(SPECIES);
        FloatVector weighted = FloatVector.zero(SPECIES);
        FloatVector cross = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            FloatVector value = load(z, offset, i);
            FloatVector x = value.sub(reference);
            FloatVector e = exp(x);
            sum = sum.add(e);
            weighted = e.fma(x, weighted);
            cross = FloatVector.fromArray(SPECIES, weights, i).fma(value, cross);
        }
        sums.exponentials = sum.reduceLanes(ADD);
        sums.weighted = weighted.reduceLanes(ADD);
        sums.cross = cross.reduceLanes(ADD);
        for (; i < n; i++) {
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
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            count += load(z, offset, i).compare(GT, threshold).trueCount();
        }
        return count + scalar.countAbove(z, offset + 4L * i, n - i, threshold);
    }

    @Override
    public void collectTop(MemorySegment z, long offset, int n, int firstId, TopList top) {
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            FloatVector values = load(z, offset, i);
            VectorMask<Float> above = values.compare(GT, top.threshold());
            if (above.anyTrue()) {
                for (long bits = above.toLong(); bits != 0; bits &= bits - 1) {
                    int lane = Long.numberOfTrailingZeros(bits);
                    top.offer(at(z, offset, i + lane), firstId + i + lane);
                }
            }
        }
        scalar.collectTop(z, offset + 4L * i, n - i, firstId + i, top);
    }

    @Override
    public float maxAbsDifference(MemorySegment a, long offsetA, MemorySegment b, long offsetB, int n) {
        FloatVector max = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            max = max.max(load(a, offsetA, i).sub(load(b, offsetB, i)).abs());
        }
        return Math.max(max.reduceLanes(MAX), scalar.maxAbsDifference(a, offsetA + 4L * i, b, offsetB + 4L * i, n - i));
    }
}
