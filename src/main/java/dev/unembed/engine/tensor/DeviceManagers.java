package dev.unembed.engine.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The native library's managers of one scope, one per device: a tensor belongs to the one of the device it lies on. */
final class DeviceManagers implements AutoCloseable {
    private final PtNDManager host = Torch.newManager(ComputeDevice.HOST);
    private final Map<ComputeDevice, PtNDManager> others = new ConcurrentHashMap<>(0);
    private volatile boolean sealed;

    PtNDManager host() {
        return host;
    }

    PtNDManager of(ComputeDevice device) {
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

    NDArray keep(NDArray tensor) {
        tensor.attach(of(Torch.deviceOf(tensor)));
        return tensor;
    }

    void seal() {
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
