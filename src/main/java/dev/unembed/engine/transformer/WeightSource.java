package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.ComputeDevice;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.NormWeights;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a pass gets its weights from: all of them in memory, or those of a block when the pass comes to it. Safe for
 * several threads at once.
 */
public interface WeightSource {
    int layers();

    /**
     * The weights of one block, valid until what is returned is closed. A block that is open already is shared: opening it
     * within a pass that is there costs nothing.
     */
    OpenBlock open(int layer);

    /** Where a block is computed. */
    ComputeDevice device(int layer);

    /** Where the final norm and the unembedding are. */
    ComputeDevice lastDevice();

    RowTable tokenEmbedding();

    /** Where positions are learned. */
    @Nullable
    RowTable positionEmbedding();

    @Nullable
    NormWeights<NDArray> embeddingNorm();

    NormWeights<NDArray> finalNorm();

    RowTable unembedding();

    /** [d_vocab]. */
    @Nullable
    NDArray unembeddingBias();

    /** A block's weights for a while. */
    interface OpenBlock extends AutoCloseable {
        BlockWeights<NDArray> weights();

        @Override
        void close();
    }

    /** @param weights must outlive this */
    static WeightSource inMemory(TransformerWeights<NDArray> weights) {
        return new InMemory(weights);
    }

    /** Opening and closing cost nothing. */
    record InMemory(TransformerWeights<NDArray> weights) implements WeightSource {
        private record Open(BlockWeights<NDArray> weights) implements OpenBlock {
            @Override
            public void close() {
                // they stay
            }
        }

        @Override
        public int layers() {
            return weights.blocks().size();
        }

        @Override
        public OpenBlock open(int layer) {
            return new Open(weights.blocks().get(layer));
        }

        @Override
        public ComputeDevice device(int layer) {
            return Torch.deviceOf(weights.blocks().get(layer).ln1().gain());
        }

        @Override
        public ComputeDevice lastDevice() {
            return Torch.deviceOf(weights.finalNorm().gain());
        }

        @Override
        public RowTable tokenEmbedding() {
            return RowTable.inMemory(weights.tokenEmbedding());
        }

        @Override
        public @Nullable RowTable positionEmbedding() {
            return weights.positionEmbedding() == null
                    ? null
                    : RowTable.inMemory(Objects.requireNonNull(weights.positionEmbedding()));
        }

        @Override
        public @Nullable NormWeights<NDArray> embeddingNorm() {
            return weights.embeddingNorm();
        }

        @Override
        public NormWeights<NDArray> finalNorm() {
            return weights.finalNorm();
        }

        @Override
        public RowTable unembedding() {
            return RowTable.inMemory(weights.unembedding().weight());
        }

        @Override
        public @Nullable NDArray unembeddingBias() {
            return weights.unembedding().bias();
        }
    }
}
