package dev.unembed.engine.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundedUnembeddingTest {
    private static final int VOCABULARY = 5000; // more than are rounded at a time
    private static final int WIDTH = 64;
    private static final int ROWS = 3;

    private final float[] weight = numbers(VOCABULARY * WIDTH, 0.1f);
    private final float[] biases = numbers(VOCABULARY, 1);
    private final float[] x = numbers(ROWS * WIDTH, 1);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void logitsAreNearTheExactOnes(boolean inMemory) {
        assertThat(largestDifference(inMemory, null)).isBetween(1e-5f, 0.02f);
        assertThat(largestDifference(inMemory, 3.0)).isBetween(1e-5f, 0.02f);
    }

    @Test
    void whatAllLogitsHaveInCommonCostsNoPrecision() {
        float before = largestDifference(true, null);
        for (int i = 0; i < weight.length; i++) {
            weight[i] += i % WIDTH == 7 ? 100 * Math.signum(x[7]) : 0; // moves every logit by 100 · |x[7]|
        }
        assertThat(largestDifference(true, null)).isLessThan(2 * before);
    }

    private float largestDifference(boolean inMemory, @Nullable Double cap) {
        Torch.prepareThread(1);
        try (TensorScope scope = new TensorScope()) {
            TensorOps ops = scope.ops();
            NDArray table = ops.create(weight, VOCABULARY, WIDTH);
            NDArray read = ops.create(x, ROWS, WIDTH);
            Unembedding exact = new Unembedding(
                    inMemory ? RowTable.inMemory(table) : inParts(table),
                    ops.create(biases, VOCABULARY),
                    VOCABULARY,
                    cap);
            RoundedUnembedding rounded = new RoundedUnembedding(exact, scope);
            float[] expected = exact.logits(read, ops).toFloatArray();
            float[] found = exact.all(rounded, read, ops).toFloatArray();
            float[] some = rounded.logits(read, new int[] {4999, 12}, ops).toFloatArray();
            float largest =
                    Math.max(Math.abs(some[0] - expected[4999]), Math.abs(some[5] - expected[2 * VOCABULARY + 12]));
            for (int i = 0; i < expected.length; i++) {
                largest = Math.max(largest, Math.abs(found[i] - expected[i]));
            }
            return largest;
        }
    }

    /** As if it were read from a file. */
    private static RowTable inParts(NDArray table) {
        RowTable whole = RowTable.inMemory(table);
        return new RowTable() {
            @Override
            public NDArray rows(int[] ids, TensorOps ops) {
                return whole.rows(ids, ops);
            }

            @Override
            public NDArray rows(int from, int to, TensorOps ops) {
                return whole.rows(from, to, ops);
            }

            @Override
            public int rowsAtOnce(int wanted) {
                return Math.min(wanted, 700);
            }
        };
    }

    private static float[] numbers(int count, float size) {
        Random random = new Random(count);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian() * size;
        }
        return numbers;
    }
}
