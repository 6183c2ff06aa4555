package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;

/**
 * The keys and values of one pass, as attention reads them: normalised and turned. It is filled by standing in that pass
 * as a probe, and lets later passes over the same prompts begin at a later position ({@link Reach}).
 */
public final class KeyValues implements Probe {
    private final TensorScope owner;
    private final NDArray[] keys;
    private final NDArray[] values;

    /** @param key value [batch pos kv_head d_head] */
    record OfBlock(NDArray key, NDArray value) {}

    /** @param owner keeps the tensors; they go with it */
    public KeyValues(int layers, TensorScope owner) {
        this.owner = owner;
        keys = new NDArray[layers];
        values = new NDArray[layers];
    }

    @Override
    public void keysAndValues(int layer, NDArray k, NDArray v) {
        keys[layer] = owner.keep(k);
        values[layer] = owner.keep(v);
    }

    OfBlock upTo(int layer, int position, TensorOps ops) {
        if (keys[layer] == null) {
            throw new IllegalStateException("block " + layer + " wasn't seen in a pass");
        }
        return new OfBlock(ops.narrow(keys[layer], 1, 0, position), ops.narrow(values[layer], 1, 0, position));
    }
}
