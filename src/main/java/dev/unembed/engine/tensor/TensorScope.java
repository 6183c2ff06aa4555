package dev.unembed.engine.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDManager;

/**
 * Owns the tensors computed in it and frees them when it closes.
 *
 * <p>Native memory is invisible to the garbage collector, so every public method of the engine that computes opens one
 * with try-with-resources. What must outlive the scope is handed to another one with {@link #keep}.
 */
public final class TensorScope implements AutoCloseable {
    private final PtNDManager manager = Torch.newManager();
    private final TensorOps ops = new TensorOps(manager);

    /** Operations whose results this scope owns. */
    public TensorOps ops() {
        return ops;
    }

    public PtNDManager manager() {
        return manager;
    }

    /** Takes over a tensor from the scope it was computed in. */
    public NDArray keep(NDArray tensor) {
        tensor.attach(manager);
        return tensor;
    }

    @Override
    public void close() {
        manager.close();
    }
}
