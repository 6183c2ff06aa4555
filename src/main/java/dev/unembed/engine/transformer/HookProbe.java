package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Carries out {@link Hooks}. */
final class HookProbe implements Probe {
    private final Hooks hooks;
    private final Map<HookPoint, Activation> captured = new LinkedHashMap<>();

    HookProbe(Hooks hooks) {
        this.hooks = hooks;
    }

    @Override
    public boolean wants(HookPoint point) {
        return hooks.touches(point);
    }

    @Override
    public NDArray see(HookPoint point, NDArray tensor, TensorOps ops) {
        Activation seen = new Activation(point, ints(tensor.getShape().getShape()), tensor.toFloatArray());
        Activation flowing = hooks.replacement(point).apply(seen);
        if (!Arrays.equals(flowing.shape(), seen.shape())) {
            throw new IllegalArgumentException(point + ": the replacement has shape " + Arrays.toString(flowing.shape())
                    + " instead of " + Arrays.toString(seen.shape()));
        }
        if (hooks.captures(point)) {
            captured.put(point, flowing);
        }
        return hooks.replaces(point)
                ? ops.create(flowing.values(), tensor.getShape().getShape())
                : tensor;
    }

    ActivationCache cache() {
        return new ActivationCache(captured);
    }

    private static int[] ints(long[] shape) {
        return Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
    }
}
