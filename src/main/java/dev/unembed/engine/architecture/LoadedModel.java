package dev.unembed.engine.architecture;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.ResourcesExhausted;
import dev.unembed.engine.architecture.StoredTensor.Change;
import dev.unembed.engine.safetensors.Dtype;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.text.Tokenizer;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Transformer;
import dev.unembed.engine.transformer.TransformerWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A model whose weights are in memory: fp32 files are mapped and shared with the page cache, other types are converted
 * into memory of its own. Both go when it is closed.
 */
final class LoadedModel implements LanguageModel {
    private static final long ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private final TensorScope scope = new TensorScope();
    private final Map<Read, NDArray> files = new HashMap<>();
    private final Map<SafetensorsFile, MemorySegment> mappings = new HashMap<>();
    private final Tokenizer tokenizer;
    private final Transformer transformer;
    private long bytes;
    private boolean closed;

    /** A tensor of the files as it is read: places that share it share the memory. */
    private record Read(String name, Change change) {}

    LoadedModel(
            Blueprint blueprint, TransformerWeights<StoredTensor> plan, WeightFiles weightFiles, Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        Torch.prepareThread(Torch.cores());
        try {
            transformer = new Transformer(blueprint, plan.map(stored -> tensor(stored, weightFiles)));
        } catch (OutOfMemoryError e) {
            close();
            throw new ResourcesExhausted(
                    "There isn't enough memory for the model's weights: " + e.getMessage()
                            + ". Close other models or use a smaller one.",
                    e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        scope.manager().cap(); // from here on, a tensor that lands in the model is a leak, and throws
    }

    private NDArray tensor(StoredTensor stored, WeightFiles weightFiles) {
        NDArray whole = files.computeIfAbsent(
                new Read(stored.name(), stored.change()), read -> load(weightFiles.tensor(read.name()), read.change()));
        NDArray turned = stored.transposed() ? scope.keep(whole.transpose()) : whole;
        return stored.isWhole() ? turned : scope.ops().narrow(turned, 0, stored.from(), stored.to());
    }

    private NDArray load(WeightFiles.Location location, Change change) {
        long[] shape =
                location.tensor().shape().stream().mapToLong(Long::longValue).toArray();
        MemorySegment memory = switch (change) {
            case Change.None none -> mapped(location).orElseGet(() -> converted(location, arena));
            case Change.PlusOne plusOne -> plusOne(converted(location, arena));
            case Change.Gather gather -> {
                try (Arena temporary = Arena.ofConfined()) {
                    yield gathered(gather, mapped(location).orElseGet(() -> converted(location, temporary)), shape[0]);
                }
            }
        };
        bytes += memory.byteSize();
        return scope.ops().view(memory, shape);
    }

    /** Without a copy, where the file has it as it is computed with. */
    private Optional<MemorySegment> mapped(WeightFiles.Location location) {
        if (location.tensor().dtype() != Dtype.F32) {
            return Optional.empty();
        }
        SafetensorsFile file = location.file();
        MemorySegment mapped = file.slice(mappings.computeIfAbsent(file, f -> f.map(arena)), location.tensor());
        return Optional.of(mapped).filter(m -> m.address() % Float.BYTES == 0);
    }

    private static MemorySegment converted(WeightFiles.Location location, Arena owner) {
        MemorySegment memory = owner.allocate(location.tensor().elements() * Float.BYTES, ALIGNMENT);
        location.file().readFloats(location.tensor(), memory);
        return memory;
    }

    private static MemorySegment plusOne(MemorySegment gains) {
        for (long i = 0; i < gains.byteSize() / Float.BYTES; i++) {
            gains.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1 + gains.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        return gains;
    }

    private MemorySegment gathered(Change.Gather gather, MemorySegment rows, long count) {
        MemorySegment memory = arena.allocate(rows.byteSize(), ALIGNMENT);
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
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public Transformer transformer() {
        if (closed) {
            throw new IllegalStateException("This model is closed.");
        }
        return transformer;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public String device() {
        return "cpu";
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            scope.close();
            arena.close();
        }
    }
}
