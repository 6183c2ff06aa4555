package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;

/** Two probes at every point, one after the other. */
record BothProbes(Probe first, Probe second) implements Probe {
    @Override
    public boolean wants(HookPoint point) {
        return first.wants(point) || second.wants(point);
    }

    @Override
    public NDArray see(HookPoint point, NDArray tensor, TensorOps ops) {
        NDArray seen = first.wants(point) ? first.see(point, tensor, ops) : tensor;
        return second.wants(point) ? second.see(point, seen, ops) : seen;
    }

    @Override
    public void blockDone(int layer) {
        first.blockDone(layer);
        second.blockDone(layer);
    }

    @Override
    public void keysAndValues(int layer, NDArray keys, NDArray values) {
        first.keysAndValues(layer, keys, values);
        second.keysAndValues(layer, keys, values);
    }
}
