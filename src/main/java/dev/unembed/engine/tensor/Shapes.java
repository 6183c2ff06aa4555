package dev.unembed.engine.tensor;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;

/** Checks of shapes at the entries of the engine. */
public final class Shapes {
    private Shapes() {}

    /** @throws IllegalArgumentException naming the tensor, the expected axes and the actual shape */
    public static void require(String name, NDArray tensor, long... expected) {
        long[] actual = tensor.getShape().getShape();
        if (!Arrays.equals(actual, expected)) {
            throw new IllegalArgumentException(
                    name + ": expected " + Arrays.toString(expected) + ", got " + Arrays.toString(actual));
        }
    }

    public static long elements(long... shape) {
        long product = 1;
        for (long axis : shape) {
            product = Math.multiplyExact(product, axis);
        }
        return product;
    }
}
