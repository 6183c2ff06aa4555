package dev.unembed.engine.transformer;

import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.Blueprint.Positions;
import dev.unembed.engine.transformer.Blueprint.QueryKeyNorm;
import dev.unembed.engine.transformer.Blueprint.Span;

/**
 * How much memory a pass takes beside the weights, known before it begins: a block's tensors all live until the block is
 * done, so they are counted as {@link Transformer}, {@link Attention} and {@link FeedForward} make them. What a probe keeps
 * is its own matter.
 */
public final class PassMemory {
    /** What the native library takes whatever it computes: packed operands, and what its allocator holds back. */
    private static final long LIBRARY_BYTES = 48L << 20;

    private PassMemory() {}

    /**
     * Bytes at the peak.
     *
     * @param positions of each prompt
     * @param patternsSeen whether somebody looks at scores or patterns, which otherwise don't exist
     */
    public static long bytes(Blueprint b, long prompts, long positions, boolean patternsSeen) {
        long perRow = streams(b) + heads(b) + mlp(b);
        boolean scored = patternsSeen || b.attention().scoreCap() != null;
        // the product, the scaled or capped one, the mask's ones and their triangle, the result
        long scores = scored ? 5 * prompts * b.attention().nHeads() * positions * positions : 0;
        return LIBRARY_BYTES + Float.BYTES * (prompts * positions * perRow + scores + masks(b, positions));
    }

    /** Bytes of the keys and values of one block. */
    public static long keysAndValues(Blueprint b, long rows) {
        return 2L * Float.BYTES * rows * kvWidth(b);
    }

    /** Query heads side by side. */
    public static long headWidth(Blueprint b) {
        return (long) b.attention().nHeads() * b.attention().dHead();
    }

    private static long kvWidth(Blueprint b) {
        return (long) b.attention().nKvHeads() * b.attention().dHead();
    }

    /** Embeddings of tokens and positions, their sum, what enters, both norms, both sublayers, the middle, what leaves. */
    private static long streams(Blueprint b) {
        long normsAfter = b.normPlacement() == NormPlacement.BEFORE ? 0 : 8; // in parts, where they are looked at
        return (10 + normsAfter) * b.dModel();
    }

    private static long heads(Blueprint b) {
        boolean rotated = !(b.positions() instanceof Positions.Learned) && !(b.positions() instanceof Positions.Alibi);
        boolean grouped = b.attention().nKvHeads() != b.attention().nHeads();
        int normed = b.attention().queryKeyNorm() == QueryKeyNorm.NONE ? 0 : 1;
        // query, result, result in one piece, what the fused attention makes of them
        long ofQueries = 4 + normed + (rotated ? 3 : 0) + (grouped ? 2 : 0);
        // key, value, both with what precedes them
        long ofKeys = 4 + normed + (rotated ? 1 : 0);
        return ofQueries * headWidth(b) + ofKeys * kvWidth(b);
    }

    private static long mlp(Blueprint b) {
        return (b.mlp() instanceof Blueprint.Mlp.Gated ? 4L : 2L) * b.mlp().dMlp();
    }

    /** What is added to the scores, where positions aren't all seen alike or only the last one asks. */
    private static long masks(Blueprint b, long positions) {
        boolean alibi = b.positions() instanceof Positions.Alibi;
        boolean windows = b.attention().spans().stream().anyMatch(Span.Window.class::isInstance);
        long kinds = windows ? 2 : 1;
        return 3 * kinds * positions * positions * (alibi ? b.attention().nHeads() : 1);
    }
}
