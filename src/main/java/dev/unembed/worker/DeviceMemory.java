package dev.unembed.worker;

import dev.unembed.engine.tensor.ComputeDevice;
import dev.unembed.engine.tensor.ComputeDevice.Memory;
import dev.unembed.engine.transformer.Placement;
import java.util.List;
import java.util.Optional;

/** The memory that models and runs share: the GPUs' own where models lie there, the machine's otherwise. */
final class DeviceMemory {
    private final Placement placement;

    private DeviceMemory(Placement placement) {
        this.placement = placement;
    }

    static DeviceMemory of(Placement placement) {
        return new DeviceMemory(placement);
    }

    /** Bytes that models may occupy if nobody says otherwise. On a GPU nobody else needs any. */
    long forModels() {
        List<Memory> gpus = gpus();
        return gpus.isEmpty()
                ? MachineMemory.total() / 2
                : gpus.stream().mapToLong(Memory::totalBytes).sum();
    }

    /** Bytes that new allocations could have now. */
    long available() {
        List<Memory> gpus = gpus();
        return gpus.isEmpty()
                ? MachineMemory.available()
                : gpus.stream().mapToLong(Memory::availableBytes).sum();
    }

    private List<Memory> gpus() {
        return placement.devices().stream()
                .map(ComputeDevice::memory)
                .flatMap(Optional::stream)
                .toList();
    }
}
