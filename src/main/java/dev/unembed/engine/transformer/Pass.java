package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.HookPoint.Site;

/** One block's part of a forward pass: where its tensors live, and who is looking. */
record Pass(TensorOps ops, Probe probe) {
    NDArray see(Site site, int layer, NDArray tensor) {
        return see(new HookPoint(site, layer), tensor);
    }

    NDArray see(HookPoint point, NDArray tensor) {
        return probe.wants(point) ? probe.see(point, tensor, ops) : tensor;
    }

    boolean wants(Site site, int layer) {
        return probe.wants(new HookPoint(site, layer));
    }
}
