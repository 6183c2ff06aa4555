package dev.unembed.engine.tensor;

import ai.djl.ndarray.NDArray;

/**
 * Owns the tensors computed in it, wherever they lie, and frees them when it closes.
 *
 * <p>Native memory is invisible to the garbage collector, so every public method of the engine that computes opens one
 * with try-with-resources. What must outlive the scope is handed to another one with {@link #keep}.
 */
public final class TensorScope implements AutoCloseable {
    private final DeviceManagers managers = new DeviceManagers();
    private final TensorOps ops = new TensorOps(managers);

    /** Operations whose results this scope owns. */
    public TensorOps ops() {
        return ops;
    }

    /** Takes over a tensor from the scope it was computed in. */
    public NDArray keep(NDArray tensor) {
        return managers.keep(tensor);
    }

    /** From here on, a tensor that lands here is a leak, and throws. */
    public void seal() {
        managers.seal();
    }

    @Override
    public void close() {
        managers.close();
    }
}
