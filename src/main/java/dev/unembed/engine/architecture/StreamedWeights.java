package dev.unembed.engine.architecture;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.StoredTensor.Change;
import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.tensor.ComputeDevice;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.Placement;
import dev.unembed.engine.transformer.RowTable;
import dev.unembed.engine.transformer.TransformerWeights;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.NormWeights;
import dev.unembed.engine.transformer.WeightSource;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Weights that stay in the files: a block is read when a pass comes to it and freed when the pass leaves it; embedding and
 * unembedding are read by rows. In memory are the final norm, the biases and whatever blocks are open, one per run.
 *
 * <p>They are read, not mapped: nothing of a file is counted as this process's memory, and a file that somebody shortens
 * is an error, not the end of the process.
 */
final class StreamedWeights implements WeightSource, AutoCloseable {
    /** Rows of a table that are asked for together where somebody wants them all. */
    private static final long ROW_BYTES_AT_ONCE = 8L << 20;

    private final TransformerWeights<StoredTensor> plan;
    private final WeightFiles files;
    private final Placement placement;
    private final TensorReader always;
    private final @Nullable NormWeights<NDArray> embeddingNorm;
    private final NormWeights<NDArray> finalNorm;
    private final @Nullable NDArray unembeddingBias;
    private final RowTable tokenEmbedding;
    private final @Nullable RowTable positionEmbedding;
    private final RowTable unembedding;
    private final Map<Integer, SharedBlock> open = new HashMap<>();

    StreamedWeights(TransformerWeights<StoredTensor> plan, WeightFiles files, Placement placement) {
        this.plan = plan;
        this.placement = placement;
        this.files = files;
        Torch.saveMemory();
        always = new TensorReader(files, false, bytes -> {});
        embeddingNorm = plan.embeddingNorm() == null ? null : norm(plan.embeddingNorm(), placement.first());
        finalNorm = norm(plan.finalNorm(), placement.last());
        StoredTensor bias = plan.unembedding().bias();
        unembeddingBias = bias == null ? null : always.tensor(bias, placement.last());
        tokenEmbedding = new Rows(plan.tokenEmbedding());
        positionEmbedding = plan.positionEmbedding() == null ? null : new Rows(plan.positionEmbedding());
        unembedding = new Rows(plan.unembedding().weight());
        always.seal();
    }

    private NormWeights<NDArray> norm(NormWeights<StoredTensor> stored, ComputeDevice device) {
        return new NormWeights<>(
                always.tensor(stored.gain(), device),
                stored.bias() == null ? null : always.tensor(stored.bias(), device));
    }

    /**
     * Bytes of memory at the most while one run computes: what is always there, one block, and rows of a table for each of
     * its cores, which together don't read more than there are.
     */
    static long bytes(TransformerWeights<StoredTensor> plan) {
        long largest =
                plan.blocks().stream().mapToLong(StreamedWeights::bytes).max().orElse(0);
        long always = bytes(plan.finalNorm().gain());
        StoredTensor bias = plan.unembedding().bias();
        long rows = Math.min(
                Torch.cores() * ROW_BYTES_AT_ONCE, bytes(plan.unembedding().weight()));
        return largest + 2 * always + (bias == null ? 0 : bytes(bias)) + rows;
    }

    private static long bytes(BlockWeights<StoredTensor> block) {
        Set<String> counted = new HashSet<>();
        long[] sum = {0};
        block.map(stored -> {
            if (counted.add(stored.name())) {
                // a gathered tensor is read whole before it is put in order
                sum[0] += (stored.change() instanceof Change.Gather ? 2 : 1) * bytes(stored);
            }
            return true;
        });
        return sum[0];
    }

    private static long bytes(StoredTensor stored) {
        return stored.fileShape().stream().reduce((long) Float.BYTES, Math::multiplyExact);
    }

    /** Opened once, by however many. */
    private static final class SharedBlock {
        final TensorReader reader;
        final BlockWeights<NDArray> weights;
        int users;

        SharedBlock(TensorReader reader, BlockWeights<NDArray> weights) {
            this.reader = reader;
            this.weights = weights;
        }
    }

    private final class Opened implements OpenBlock {
        private final int layer;
        private final SharedBlock block;
        private boolean closed;

        Opened(int layer, SharedBlock block) {
            this.layer = layer;
            this.block = block;
        }

        @Override
        public BlockWeights<NDArray> weights() {
            return block.weights;
        }

        @Override
        public void close() {
            synchronized (open) {
                if (closed) {
                    return;
                }
                closed = true;
                if (--block.users > 0) {
                    return;
                }
                open.remove(layer);
            }
            block.reader.close();
        }
    }

    @Override
    public OpenBlock open(int layer) {
        synchronized (open) {
            SharedBlock block = open.get(layer);
            if (block == null) {
                block = read(layer);
                open.put(layer, block);
            }
            block.users++;
            return new Opened(layer, block);
        }
    }

    private SharedBlock read(int layer) {
        TensorReader reader = new TensorReader(files, false, bytes -> {});
        try {
            ComputeDevice device = device(layer);
            BlockWeights<NDArray> weights = plan.blocks().get(layer).map(stored -> reader.tensor(stored, device));
            reader.seal();
            return new SharedBlock(reader, weights);
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    /** A table that stays in its file. */
    private final class Rows implements RowTable {
        private final WeightFiles.Location location;
        private final long width;

        Rows(StoredTensor stored) {
            if (!(stored.change() instanceof Change.None) || stored.transposed() || !stored.isWhole()) {
                throw new InvalidInput("Tensor " + stored.name()
                        + " is changed while it is read; such a table can't be read by rows. Load the model whole.");
            }
            location = files.tensor(stored.name());
            width = stored.fileShape().get(1);
        }

        @Override
        public NDArray rows(int[] ids, TensorOps ops) {
            NDArray rows = ops.allocate(ids.length, width);
            MemorySegment memory = TensorOps.memory(rows);
            long rowBytes = width * Float.BYTES;
            for (int i = 0; i < ids.length; i++) {
                read(ids[i], memory.asSlice(i * rowBytes, rowBytes));
            }
            return rows;
        }

        @Override
        public NDArray rows(int from, int to, TensorOps ops) {
            NDArray rows = ops.allocate(to - from, width);
            read(from, TensorOps.memory(rows));
            return rows;
        }

        private void read(int row, MemorySegment into) {
            location.file().readFloats(location.tensor(), row * width, into, bytes -> {});
        }

        @Override
        public int rowsAtOnce(int wanted) {
            return (int) Math.clamp(ROW_BYTES_AT_ONCE / (width * Float.BYTES), 1, wanted);
        }
    }

    @Override
    public int layers() {
        return plan.blocks().size();
    }

    @Override
    public ComputeDevice device(int layer) {
        return placement.ofBlock(layer, layers());
    }

    @Override
    public ComputeDevice lastDevice() {
        return placement.last();
    }

    @Override
    public RowTable tokenEmbedding() {
        return tokenEmbedding;
    }

    @Override
    public @Nullable RowTable positionEmbedding() {
        return positionEmbedding;
    }

    @Override
    public @Nullable NormWeights<NDArray> embeddingNorm() {
        return embeddingNorm;
    }

    @Override
    public NormWeights<NDArray> finalNorm() {
        return finalNorm;
    }

    @Override
    public RowTable unembedding() {
        return unembedding;
    }

    @Override
    public @Nullable NDArray unembeddingBias() {
        return unembeddingBias;
    }

    @Override
    public void close() {
        always.close();
    }
}
