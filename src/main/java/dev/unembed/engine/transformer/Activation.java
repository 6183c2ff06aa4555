package dev.unembed.engine.transformer;

import java.util.Arrays;
import java.util.List;

/**
 * The values at one hook point, as a plain array in row-major order.
 *
 * @param shape lengths of the axes that the hook point's {@link HookPoint.Site#axes()} name
 * @param values not copied: whoever holds an activation may read it, and nobody writes to it
 */
public record Activation(HookPoint point, int[] shape, float[] values) {
    public Activation {
        if (Arrays.stream(shape).reduce(1, Math::multiplyExact) != values.length) {
            throw new IllegalArgumentException(
                    point + ": " + values.length + " values don't fill " + Arrays.toString(shape));
        }
    }

    public List<String> axes() {
        return point.site().axes();
    }

    public float at(int... index) {
        int offset = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            offset = offset * shape[axis] + java.util.Objects.checkIndex(index[axis], shape[axis]);
        }
        return values[offset];
    }

    public Activation withValues(float[] replacement) {
        return new Activation(point, shape, replacement);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Activation a
                && point.equals(a.point)
                && Arrays.equals(shape, a.shape)
                && Arrays.equals(values, a.values);
    }

    @Override
    public int hashCode() {
        return 31 * point.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return point + " " + axes() + " " + Arrays.toString(shape);
    }
}
