package dev.unembed.engine.transformer;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a model is made of, as values: everything the forward pass needs to know besides the weights.
 *
 * <p>A new kind of model is a new value here and one branch where it is used; the pass never asks for a family.
 *
 * @param dModel width of the residual stream
 * @param dVocab tokens of the unembedding
 * @param nCtx positions the model reads at most
 * @param norm of the blocks, of the final stream, and of queries and keys where they have one
 * @param normPlacement where the blocks' norms stand
 * @param logitCap c of c·tanh(logit/c), or null if logits are as they come
 */
public record Blueprint(
        int layers,
        int dModel,
        int dVocab,
        int nCtx,
        Embedding embedding,
        Positions positions,
        Norm norm,
        NormPlacement normPlacement,
        AttentionShape attention,
        Mlp mlp,
        Flow flow,
        @Nullable Double logitCap) {
    public Blueprint {
        if (layers < 1 || dModel < 1 || dVocab < 1 || nCtx < 1) {
            throw new IllegalArgumentException("layers, dModel, dVocab and nCtx must be positive");
        }
        if (!attention.spans().isEmpty() && attention.spans().size() != layers) {
            throw new IllegalArgumentException(attention.spans().size() + " spans for " + layers + " blocks");
        }
        for (int l = 0; l < layers; l++) {
            Optional<Positions.Rotary> rotary = rotary(positions, attention.span(l));
            if (rotary.isPresent() && rotary.get().dimensions() > attention.dHead()) {
                throw new IllegalArgumentException(
                        "rotary dimensions " + rotary.get().dimensions() + " exceed d_head");
            }
        }
    }

    /** How one block turns its queries and keys, where it does. */
    public Optional<Positions.Rotary> rotary(int layer) {
        return rotary(positions, attention.span(layer));
    }

    private static Optional<Positions.Rotary> rotary(Positions positions, Span span) {
        return switch (positions) {
            case Positions.Learned learned -> Optional.empty();
            case Positions.Alibi alibi -> Optional.empty();
            case Positions.Rotary rotary -> Optional.of(rotary);
            case Positions.RotaryBySpan rotary ->
                Optional.of(
                        switch (span) {
                            case Span.Everything everything -> rotary.everything();
                            case Span.Window window -> rotary.window();
                        });
        };
    }

    /**
     * What becomes of a token's vector before the first block.
     *
     * @param scale factor on it; 1 for most
     * @param normalized whether a norm of its own follows
     */
    public record Embedding(double scale, boolean normalized) {
        public static final Embedding PLAIN = new Embedding(1, false);
    }

    /** How a position is told to the model. */
    public sealed interface Positions {
        /**
         * A learned vector per position, added to the token's embedding.
         *
         * @param offset row of the table that the first position has
         */
        record Learned(int offset) implements Positions {}

        /**
         * A penalty on the scores that grows with the distance, at a slope of each head's own (ALiBi).
         *
         * @param scale factor on the slopes
         * @param rounding how exactly slope · position is computed; models trained with a rounded one need it so
         * @see <a href="https://arxiv.org/abs/2108.12409">Press et al. 2021</a>
         */
        record Alibi(double scale, Rounding rounding) implements Positions {}

        /** Rotary, with other angles in blocks that see a window than in those that see everything. */
        record RotaryBySpan(Rotary everything, Rotary window) implements Positions {}

        /**
         * Queries and keys are turned by angles that grow with the position (RoPE).
         *
         * @param base θ: dimension pair i turns by position · θ^(-2i/dimensions)
         * @param dimensions of each head that are turned, from the first on; even
         * @see <a href="https://arxiv.org/abs/2104.09864">Su et al. 2021</a>
         */
        record Rotary(double base, int dimensions, RotaryScaling scaling, Pairing pairing) implements Positions {
            public Rotary {
                if (dimensions < 2 || dimensions % 2 != 0) {
                    throw new IllegalArgumentException("rotary dimensions must be even, not " + dimensions);
                }
            }
        }
    }

    /** Which dimensions of a head are turned together. */
    public enum Pairing {
        /** i and i + dimensions/2. */
        HALVES,
        /** 2i and 2i + 1. */
        NEIGHBOURS
    }

    public enum Rounding {
        FP32,
        BF16
    }

    /** How rotary frequencies are stretched for contexts longer than the model was first trained on. */
    public sealed interface RotaryScaling {
        record None() implements RotaryScaling {}

        /** All frequencies divided by the factor: positions are squeezed. */
        record Linear(double factor) implements RotaryScaling {}

        /** Llama 3: low frequencies divided by the factor, high ones kept, those between blended. */
        record Banded(double factor, double lowFrequencyFactor, double highFrequencyFactor, double originalContext)
                implements RotaryScaling {}

        /**
         * YaRN: dimensions that turn at least {@code betaFast} times within the original context are kept, those that turn at
         * most {@code betaSlow} times are divided by the factor, those between are blended in the order of the dimensions. What
         * is turned grows by {@code attentionFactor}, so that scores grow by its square.
         *
         * @param truncate whether the blend begins and ends at whole dimension pairs
         * @see <a href="https://arxiv.org/abs/2309.00071">Peng et al. 2023, section 3</a>
         */
        record Yarn(
                double factor,
                double originalContext,
                double betaFast,
                double betaSlow,
                boolean truncate,
                double attentionFactor)
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

    /** Where the norms of a block stand. */
    public enum NormPlacement {
        /** Attention and MLP each read a normalised stream. */
        BEFORE,
        /** They read the stream as it is; what they give is normalised before it is added. */
        AFTER,
        /** Both, with norms of their own. */
        BEFORE_AND_AFTER
    }

    /** Which earlier positions, besides its own, a position attends to. */
    public sealed interface Span {
        record Everything() implements Span {}

        /** @param size positions seen, the own one included */
        record Window(int size) implements Span {
            public Window {
                if (size < 1) {
                    throw new IllegalArgumentException("a window holds at least one position, not " + size);
                }
            }
        }
    }

    /** What queries and keys are normalised over, before they are turned. */
    public enum QueryKeyNorm {
        NONE,
        /** Each head by itself, all with the same gains. */
        PER_HEAD,
        /** All heads together. */
        ACROSS_HEADS
    }

    /**
     * @param nHeads query heads
     * @param nKvHeads key/value heads; each serves nHeads / nKvHeads query heads
     * @param scoreScale factor on q·k
     * @param scoreCap c of c·tanh(score/c), or null if scores are as they come
     * @param spans one per block, or none if all blocks see everything
     */
    public record AttentionShape(
            int nHeads,
            int nKvHeads,
            int dHead,
            double scoreScale,
            @Nullable Double scoreCap,
            QueryKeyNorm queryKeyNorm,
            List<Span> spans) {
        /** Without cap, norms and windows. */
        public AttentionShape(int nHeads, int nKvHeads, int dHead, double scoreScale) {
            this(nHeads, nKvHeads, dHead, scoreScale, null, QueryKeyNorm.NONE, List.of());
        }

        public AttentionShape {
            spans = List.copyOf(spans);
            if (nHeads < 1 || nKvHeads < 1 || dHead < 1 || nHeads % nKvHeads != 0) {
                throw new IllegalArgumentException(
                        "nHeads " + nHeads + " must be a multiple of nKvHeads " + nKvHeads + ", all positive");
            }
        }

        public Span span(int layer) {
            return spans.isEmpty() ? new Span.Everything() : spans.get(layer);
        }

        public AttentionShape withScoreScale(double scale) {
            return new AttentionShape(nHeads, nKvHeads, dHead, scale, scoreCap, queryKeyNorm, spans);
        }

        public AttentionShape withScoreCap(@Nullable Double cap) {
            return new AttentionShape(nHeads, nKvHeads, dHead, scoreScale, cap, queryKeyNorm, spans);
        }

        public AttentionShape withQueryKeyNorm(QueryKeyNorm norm) {
            return new AttentionShape(nHeads, nKvHeads, dHead, scoreScale, scoreCap, norm, spans);
        }

        public AttentionShape withSpans(List<Span> perBlock) {
            return new AttentionShape(nHeads, nKvHeads, dHead, scoreScale, scoreCap, queryKeyNorm, perBlock);
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
