package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;

/**
 * Stands at every hook point of a pass, inside the engine: {@link Hooks} for callers with plain arrays, other probes for
 * those that can't afford the copies.
 */
public interface Probe {
    Probe NOTHING = new Probe() {};

    /** Whether it has business at a point; tensors that nobody asks for (attention patterns) are never made. */
    default boolean wants(HookPoint point) {
        return false;
    }

    /** Called at wanted points. The tensor returned flows on; {@code ops} makes tensors that live long enough. */
    default NDArray see(HookPoint point, NDArray tensor, TensorOps ops) {
        return tensor;
    }

    /** Called when a block is done, from the computing thread; may throw to end the pass. */
    default void blockDone(int layer) {}

    /**
     * Called in every block with the keys and values as attention reads them, normalised and turned, at the computed
     * positions [batch pos kv_head d_head]. They live as long as the block, unless a scope keeps them.
     */
    default void keysAndValues(int layer, NDArray keys, NDArray values) {}

    /** Both look, this one first; {@code next} sees what this one made of a tensor. */
    default Probe and(Probe next) {
        return new BothProbes(this, next);
    }
}
