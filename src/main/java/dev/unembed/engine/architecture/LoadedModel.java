package dev.unembed.engine.architecture;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.ResourcesExhausted;
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
import java.util.HashMap;
import java.util.Map;

/**
 * A model whose weights are in memory: fp32 files are mapped and shared with the page cache, other types are converted
 * into memory of its own. Both go when it is closed.
 */
final class LoadedModel implements LanguageModel {
    private static final long ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private final TensorScope scope = new TensorScope();
    private final Map<String, NDArray> files = new HashMap<>();
    private final Map<SafetensorsFile, MemorySegment> mappings = new HashMap<>();
    private final Tokenizer tokenizer;
    private final Transformer transformer;
    private long bytes;
    private boolean closed;

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
        NDArray whole = files.computeIfAbsent(stored.name(), name -> load(weightFiles.tensor(name)));
        NDArray turned = stored.transposed() ? scope.keep(whole.transpose()) : whole;
        return stored.isWhole() ? turned : scope.ops().narrow(turned, 0, stored.from(), stored.to());
    }

    private NDArray load(WeightFiles.Location location) {
        SafetensorsFile file = location.file();
        long[] shape =
                location.tensor().shape().stream().mapToLong(Long::longValue).toArray();
        MemorySegment memory = null;
        if (location.tensor().dtype() == Dtype.F32) {
            MemorySegment mapped = file.slice(mappings.computeIfAbsent(file, f -> f.map(arena)), location.tensor());
            memory = mapped.address() % Float.BYTES == 0 ? mapped : null;
        }
        if (memory == null) {
            memory = arena.allocate(location.tensor().elements() * Float.BYTES, ALIGNMENT);
            file.readFloats(location.tensor(), memory);
        }
        bytes += memory.byteSize();
        return scope.ops().view(memory, shape);
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
