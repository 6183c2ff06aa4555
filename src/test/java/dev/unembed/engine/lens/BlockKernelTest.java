package dev.unembed.engine.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockKernelTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 257, 2048})
    void vectorsGiveWhatPlainLoopsGive(int n) {
        BlockKernel vector = new VectorKernel();
        BlockKernel scalar = new ScalarKernel();
        Random random = new Random(n);
        float[] values = new float[n + 3];
        float[] others = new float[n + 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (20 * random.nextGaussian());
            others[i] = values[i] + (float) random.nextGaussian();
        }
        MemorySegment z = MemorySegment.ofArray(values);
        MemorySegment y = MemorySegment.ofArray(others);
        float max = scalar.max(z, 12, n);
        assertThat(vector.max(z, 12, n)).isEqualTo(max);
        assertThat(vector.countAbove(z, 12, n, 1)).isEqualTo(scalar.countAbove(z, 12, n, 1));
        assertThat(vector.maxAbsDifference(z, 12, y, 12, n)).isEqualTo(scalar.maxAbsDifference(z, 12, y, 12, n));

        TopList fast = new TopList(5);
        TopList plain = new TopList(5);
        vector.collectTop(z, 12, n, 100, fast);
        scalar.collectTop(z, 12, n, 100, plain);
        assertThat(fast.size()).isEqualTo(plain.size());
        for (int place = 0; place < plain.size(); place++) {
            assertThat(fast.id(place)).isEqualTo(plain.id(place));
            assertThat(fast.value(place)).isEqualTo(plain.value(place));
        }

        float[] fastExponentials = new float[n];
        float[] plainExponentials = new float[n];
        BlockKernel.Sums fastSums = new BlockKernel.Sums();
        BlockKernel.Sums plainSums = new BlockKernel.Sums();
        vector.exponentials(z, 12, n, max, fastExponentials, fastSums);
        scalar.exponentials(z, 12, n, max, plainExponentials, plainSums);
        assertThat(fastSums.exponentials).isCloseTo(plainSums.exponentials, within(1e-6 * plainSums.exponentials));
        assertThat(fastSums.weighted).isCloseTo(plainSums.weighted, within(1e-5));
        for (int i = 0; i < n; i++) {
            assertThat(fastExponentials[i])
                    .isCloseTo(plainExponentials[i], within(6e-6f * plainExponentials[i] + 1e-37f));
        }
        float otherMax = scalar.max(y, 12, n);
        vector.sums(y, 12, n, otherMax, plainExponentials, fastSums);
        scalar.sums(y, 12, n, otherMax, plainExponentials, plainSums);
        assertThat(fastSums.cross).isCloseTo(plainSums.cross, within(1e-5 * Math.abs(plainSums.cross) + 1e-5));
        assertThat(fastSums.exponentials).isCloseTo(plainSums.exponentials, within(1e-6 * plainSums.exponentials));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsNoNumberIsNeverCloseToOne(boolean vectors) {
        BlockKernel kernel = vectors ? new VectorKernel() : new ScalarKernel();
        float[] values = new float[40];
        float[] broken = new float[40];
        broken[19] = Float.NaN;
        assertThat(kernel.maxAbsDifference(MemorySegment.ofArray(values), 0, MemorySegment.ofArray(broken), 0, 40))
                .isNaN();
    }
}
