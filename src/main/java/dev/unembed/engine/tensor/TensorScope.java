package dev.unembed.engine.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Owns the tensors computed in it, wherever they lie, and frees them when it closes.
 *
 * <p>Native memory is invisible to the garbage collector, so every public method of the engine that computes opens one
 * with try-with-resources. What must outlive the scope is handed to another one with {@link #keep}.
 */
public final class TensorScope implements AutoCloseable {
    private final PtNDManager host = Torch.newManager(ComputeDevice.HOST);
    private final Map<ComputeDevice, PtNDManager> others = new ConcurrentHashMap<>(0);
    private final TensorOps ops = new TensorOps(this);
    private volatile boolean sealed;

    /** Operations whose results this scope owns. */
    public TensorOps ops() {
        return ops;
    }

    PtNDManager manager(ComputeDevice device) {
        if (device.isHost()) {
            return host;
        }
        return others.computeIfAbsent(device, d -> {
            PtNDManager manager = Torch.newManager(d);
            if (sealed) {
                manager.cap();
            }
            return manager;
        });
    }

    /** Takes over a tensor from the scope it was computed in. */
    public NDArray keep(NDArray tensor) {
        tensor.attach(manager(Torch.deviceOf(tensor)));
        return tensor;
    }

    /** From here on, a tensor that lands here is a leak, and throws. */
    public void seal() {
        sealed = true;
        host.cap();
        others.values().forEach(PtNDManager::cap);
    }

    @Override
    public void close() {
        host.close();
        others.values().forEach(PtNDManager::close);
    }
}
