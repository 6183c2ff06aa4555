package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Changes of activations inside the engine, without the copies of {@link Hooks}. Immutable; edits at one point are applied
 * in the order they were added.
 */
public final class Edits implements Probe {
    private static final Edits NONE = new Edits(Map.of());

    private final Map<HookPoint, Edit> edits;

    /** Makes of the tensor at a hook point the one that flows on, of the same shape. */
    @FunctionalInterface
    public interface Edit {
        NDArray apply(NDArray tensor, TensorOps ops);

        /**
         * tensor · keep + fill: with keep 0 where something is ablated, 1 elsewhere, and fill what stands there instead.
         *
         * @param keep fill broadcast over the tensor's axes; they stay the caller's
         */
        static Edit blend(NDArray keep, NDArray fill) {
            return (tensor, ops) -> ops.multiplyAdd(tensor, keep, fill);
        }
    }

    private Edits(Map<HookPoint, Edit> edits) {
        this.edits = edits;
    }

    public static Edits none() {
        return NONE;
    }

    public Edits at(HookPoint point, Edit edit) {
        Map<HookPoint, Edit> all = new LinkedHashMap<>(edits);
        all.merge(point, edit, (first, second) -> (x, ops) -> second.apply(first.apply(x, ops), ops));
        return new Edits(all);
    }

    /** The first block with an edit in it, where a pass may begin; {@code ifNone} where there is none in a block. */
    public int firstBlock(int ifNone) {
        return edits.keySet().stream()
                .filter(point -> point.site().inBlock())
                .mapToInt(HookPoint::layer)
                .min()
                .orElse(ifNone);
    }

    @Override
    public boolean wants(HookPoint point) {
        return edits.containsKey(point);
    }

    @Override
    public NDArray see(HookPoint point, NDArray tensor, TensorOps ops) {
        Edit edit = edits.get(point);
        return edit == null ? tensor : edit.apply(tensor, ops);
    }
}
