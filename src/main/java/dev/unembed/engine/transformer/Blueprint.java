package dev.unembed.engine.transformer;

import org.jspecify.annotations.Nullable;

/**
 * What a model is made of, as values: everything the forward pass needs to know besides the weights.
 *
 * <p>A new kind of model is a new value here and one branch where it is used; the pass never asks for a family.
 *
 * @param dModel width of the residual stream
 * @param dVocab tokens of the unembedding
 * @param nCtx positions the model reads at most
 * @param embeddingScale factor on the token embedding; 1 for most
 * @param norm of the blocks and of the final stream
 * @param logitCap c of c·tanh(logit/c), or null if logits are as they come
 */
public record Blueprint(
        int layers,
        int dModel,
        int dVocab,
        int nCtx,
        double embeddingScale,
        Positions positions,
        Norm norm,
        AttentionShape attention,
        Mlp mlp,
        Flow flow,
        @Nullable Double logitCap) {
    public Blueprint {
        if (layers < 1 || dModel < 1 || dVocab < 1 || nCtx < 1) {
            throw new IllegalArgumentException("layers, dModel, dVocab and nCtx must be positive");
        }
        if (positions instanceof Positions.Rotary rotary && rotary.dimensions() > attention.dHead()) {
            throw new IllegalArgumentException("rotary dimensions " + rotary.dimensions() + " exceed d_head");
        }
    }

    /** How a position is told to the model. */
    public sealed interface Positions {
        /** A learned vector per position, added to the token's embedding. */
        record Learned() implements Positions {}

        /**
         * Queries and keys are turned by angles that grow with the position (RoPE).
         *
         * @param base θ: dimension pair i turns by position · θ^(-2i/dimensions)
         * @param dimensions of each head that are turned, from the first on; even
         * @see <a href="https://arxiv.org/abs/2104.09864">Su et al. 2021</a>
         */
        record Rotary(double base, int dimensions, RotaryScaling scaling) implements Positions {
            public Rotary {
                if (dimensions < 2 || dimensions % 2 != 0) {
                    throw new IllegalArgumentException("rotary dimensions must be even, not " + dimensions);
                }
            }
        }
    }

    /** How rotary frequencies are stretched for contexts longer than the model was first trained on. */
    public sealed interface RotaryScaling {
        record None() implements RotaryScaling {}

        /** All frequencies divided by the factor: positions are squeezed. */
        record Linear(double factor) implements RotaryScaling {}

        /** Llama 3: low frequencies divided by the factor, high ones kept, those between blended. */
        record Banded(double factor, double lowFrequencyFactor, double highFrequencyFactor, double originalContext)
                implements RotaryScaling {}
    }

    /** How a stream is normalised before it is read. */
    public sealed interface Norm {
        /** Added to the mean square before the root. */
        double epsilon();

        /** (x - mean) / std · gain + bias. */
        record LayerNorm(double epsilon) implements Norm {}

        /** x / root mean square · gain. */
        record RmsNorm(double epsilon) implements Norm {}
    }

    /**
     * @param nHeads query heads
     * @param nKvHeads key/value heads; each serves nHeads / nKvHeads query heads
     * @param scoreScale factor on q·k
     */
    public record AttentionShape(int nHeads, int nKvHeads, int dHead, double scoreScale) {
        public AttentionShape {
            if (nHeads < 1 || nKvHeads < 1 || dHead < 1 || nHeads % nKvHeads != 0) {
                throw new IllegalArgumentException(
                        "nHeads " + nHeads + " must be a multiple of nKvHeads " + nKvHeads + ", all positive");
            }
        }
    }

    /** What stands between the two maps of an MLP. */
    public sealed interface Mlp {
        int dMlp();

        Activation activation();

        /** out(activation(in(x))). */
        record Plain(int dMlp, Activation activation) implements Mlp {}

        /** out(activation(gate(x)) · in(x)). */
        record Gated(int dMlp, Activation activation) implements Mlp {}
    }

    public enum Activation {
        GELU,
        /** GELU by its tanh approximation, "gelu_new". */
        GELU_TANH,
        SILU,
        RELU
    }

    /** Which stream the MLP reads. */
    public enum Flow {
        /** The stream after attention has been added. */
        SEQUENTIAL,
        /** The stream that entered the block, like attention. */
        PARALLEL
    }
}
