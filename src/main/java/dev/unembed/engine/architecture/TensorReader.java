package dev.unembed.engine.architecture;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.architecture.StoredTensor.Change;
import dev.unembed.engine.safetensors.Dtype;
import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.tensor.ComputeDevice;
import dev.unembed.engine.tensor.TensorScope;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Brings tensors of the files into memory as they are computed with. Types other than fp32 are converted straight into
 * their place. What it has brought goes when it is closed.
 */
final class TensorReader implements AutoCloseable {
    private static final long ALIGNMENT = 64;

    private final WeightFiles files;
    private final boolean mapping;
    private final LongConsumer progress;
    private final Arena arena = Arena.ofShared();
    private final TensorScope scope = new TensorScope();
    private final Map<Read, NDArray> known = new HashMap<>();
    private long bytes;

    /** A tensor of the files as it is read: places that share it share the memory. */
    private record Read(String name, Change change, ComputeDevice device) {}

    /**
     * @param mapping whether fp32 tensors are mapped, and so shared with the page cache, instead of read
     * @param progress told how many bytes of the files more were read; may throw to end it
     */
    TensorReader(WeightFiles files, boolean mapping, LongConsumer progress) {
        this.files = files;
        this.mapping = mapping;
        this.progress = progress;
    }

    NDArray tensor(StoredTensor stored, ComputeDevice device) {
        NDArray whole = known.computeIfAbsent(new Read(stored.name(), stored.change(), device), this::load);
        NDArray turned = stored.transposed() ? scope.keep(whole.transpose()) : whole;
        return stored.isWhole() ? turned : scope.ops().narrow(turned, 0, stored.from(), stored.to());
    }

    /** Bytes of memory, mapped ones included. */
    long bytes() {
        return bytes;
    }

    /** From here on, a tensor that lands here is a leak, and throws. */
    void seal() {
        scope.seal();
    }

    private NDArray load(Read read) {
        if (read.device().isHost()) {
            return load(read, arena, scope);
        }
        // what goes to another device passes through the host's memory one tensor at a time
        try (Arena temporary = Arena.ofShared();
                TensorScope local = new TensorScope()) {
            return scope.ops().on(read.device(), load(read, temporary, local));
        }
    }

    private NDArray load(Read read, Arena owner, TensorScope local) {
        WeightFiles.Location location = files.tensor(read.name());
        long[] shape =
                location.tensor().shape().stream().mapToLong(Long::longValue).toArray();
        MemorySegment memory = switch (read.change()) {
            case Change.None none -> asStored(location, owner);
            case Change.PlusOne plusOne -> plusOne(converted(location, owner));
            case Change.Gather gather -> {
                try (Arena temporary = Arena.ofShared()) {
                    yield gathered(gather, asStored(location, temporary), shape[0], owner);
                }
            }
        };
        bytes += memory.byteSize();
        return local.ops().view(memory, shape);
    }

    /** Without a copy, where that is wanted and the file has it as it is computed with. */
    private MemorySegment asStored(WeightFiles.Location location, Arena owner) {
        if (mapping && location.tensor().dtype() == Dtype.F32) {
            MemorySegment mapped = location.file().map(location.tensor(), owner);
            if (mapped.address() % Float.BYTES == 0) {
                progress.accept(mapped.byteSize());
                return mapped;
            }
        }
        return converted(location, owner);
    }

    private MemorySegment converted(WeightFiles.Location location, Arena owner) {
        MemorySegment memory = owner.allocate(location.tensor().elements() * Float.BYTES, ALIGNMENT);
        location.file().readFloats(location.tensor(), 0, memory, progress);
        return memory;
    }

    private static MemorySegment plusOne(MemorySegment gains) {
        for (long i = 0; i < gains.byteSize() / Float.BYTES; i++) {
            gains.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1 + gains.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        return gains;
    }

    private MemorySegment gathered(Change.Gather gather, MemorySegment rows, long count, Arena owner) {
        MemorySegment memory = owner.allocate(rows.byteSize(), ALIGNMENT);
        long row = rows.byteSize() / count;
        long group = count / gather.groups() * row;
        long sectionStart = 0; // within a group
        long written = 0;
        for (long section : gather.sections()) {
            for (long g = 0; g < gather.groups(); g++) {
                MemorySegment.copy(rows, g * group + sectionStart, memory, written, section * row);
                written += section * row;
            }
            sectionStart += section * row;
        }
        return memory;
    }

    @Override
    public void close() {
        scope.close();
        arena.close();
    }
}
