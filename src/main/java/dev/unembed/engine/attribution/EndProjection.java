package dev.unembed.engine.attribution;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.ComponentId;
import dev.unembed.engine.transformer.HookPoint;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.WeightSource.OpenBlock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stands in a pass and reads from every component, at the last position, how far it goes along a direction per prompt.
 * Only what belongs to the last position is copied, and only the votes are kept.
 *
 * <p>The final norm's scale is known after the pass only, so these votes still lack it.
 */
final class EndProjection implements Probe {
    private final AttributedModel model;
    /** [batch d_model] */
    private final double[][] directions;
    /** The same as a tensor; it outlives the pass. */
    private final NDArray directionRows;
    /** [batch line] */
    private final double[][] votes;

    private final @Nullable Parts parts;
    private final Runnable onBlock;

    // of the block that is being computed
    private float @Nullable [] afterScale; // [batch]
    private float @Nullable [] z; // [batch head·d_head]
    private float @Nullable [] pattern; // [batch head key]
    private @Nullable NDArray v; // [batch key kv_head d_head]
    private float @Nullable [] post; // [batch d_mlp]

    /**
     * What votes are made of, per prompt.
     *
     * @param sources [layer][batch head key], or null where not asked for
     * @param neurons [layer][batch d_mlp]
     * @param mlpBiases [layer][batch]
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Parts(float @Nullable [][] sources, float[][] neurons, double[][] mlpBiases) {}

    EndProjection(
            AttributedModel model,
            double[][] directions,
            NDArray directionRows,
            @Nullable Parts parts,
            Runnable onBlock) {
        this.model = model;
        this.directions = directions;
        this.directionRows = directionRows;
        this.votes = new double[directions.length][model.decomposition().lines().size()];
        this.parts = parts;
        this.onBlock = onBlock;
    }

    double[][] votes() {
        return votes;
    }

    @Override
    public boolean wants(HookPoint point) {
        return switch (point.site()) {
            case EMBED, POS_EMBED, Z, ATTN_OUT, MLP_OUT -> true;
            case MLP_POST -> parts != null;
            case V, PATTERN -> parts != null && parts.sources() != null;
            case LN1_SCALE, LN1_POST_SCALE ->
                point.equals(model.attention(point.layer()).afterScale());
            case LN2_SCALE, LN2_POST_SCALE ->
                point.equals(model.mlp(point.layer()).afterScale());
            default -> false;
        };
    }

    @Override
    public NDArray see(HookPoint point, NDArray tensor, TensorOps ops) {
        switch (point.site()) {
            case EMBED -> vote(new ComponentId.Embedding(), end(tensor, 1, ops));
            case POS_EMBED -> vote(new ComponentId.PositionEmbedding(), end(tensor, 1, ops));
            case V -> v = tensor;
            case PATTERN -> pattern = end(tensor, 2, ops);
            case Z -> z = end(tensor, 1, ops);
            case MLP_POST -> post = end(tensor, 1, ops);
            case ATTN_OUT -> heads(point.layer(), ops);
            case MLP_OUT -> mlp(point.layer(), end(tensor, 1, ops), ops);
            default -> afterScale = end(tensor, 1, ops);
        }
        return tensor;
    }

    @Override
    public void blockDone(int layer) {
        onBlock.run();
    }

    /** The last entry along an axis of positions, for every prompt. */
    private static float[] end(NDArray tensor, int axis, TensorOps ops) {
        long positions = tensor.getShape().get(axis);
        return ops.narrow(tensor, axis, positions - 1, positions).toFloatArray();
    }

    /** @param x what a component adds to the stream [batch d_model] */
    private void vote(ComponentId line, float[] x) {
        int place = model.decomposition().place(line);
        for (int e = 0; e < directions.length; e++) {
            int width = directions[e].length;
            votes[e][place] = Sublayer.dot(x, e * width, directions[e], width);
        }
    }

    private void heads(int l, TensorOps ops) {
        Sublayer attention = model.attention(l);
        double[][] beforeNorm = attention.throughNorm(directions, afterScale); // [batch d_model]
        NDArray projected; // [batch head·d_head]
        try (OpenBlock open = model.transformer().weights().open(l)) { // the pass is in it
            projected = ops.pullBack(
                    rows(beforeNorm, ops), open.weights().attention().o().weight());
        }
        float[] d = projected.toFloatArray();
        float[] ends = Objects.requireNonNull(z);
        float[] biases = model.valueBiases(l); // [head·d_head]
        int heads = model.nHeads();
        int width = model.dHead();
        double[] ofBiases = new double[directions.length * heads]; // [batch head]
        int first = model.decomposition().place(new ComponentId.Head(l, 0));
        ComponentId biasLine = new ComponentId.AttentionBias(l);
        for (int e = 0; e < directions.length; e++) {
            double constant = attention.constant(directions[e], beforeNorm[e]);
            for (int h = 0; h < heads; h++) {
                double whole = 0;
                double ofBias = 0;
                for (int i = 0; i < width; i++) {
                    double along = d[(e * heads + h) * width + i];
                    whole += ends[(e * heads + h) * width + i] * along;
                    ofBias += biases[h * width + i] * along;
                }
                votes[e][first + h] = whole - ofBias;
                ofBiases[e * heads + h] = ofBias;
                constant += ofBias;
            }
            if (model.decomposition().has(biasLine)) {
                votes[e][model.decomposition().place(biasLine)] = constant;
            }
        }
        if (parts != null && parts.sources() != null) {
            parts.sources()[l] = sources(projected, ofBiases, ops);
        }
    }

    /** pattern[END, s] · (v_s - b_V) · projected. @return [batch head key] */
    private float[] sources(NDArray projected, double[] ofBiases, TensorOps ops) {
        int batch = directions.length;
        NDArray values = Objects.requireNonNull(v);
        NDArray perHead = model.nKvHeads() == model.nHeads() ? values : ops.perQueryHead(values, model.nHeads());
        NDArray asQuery = ops.reshape(projected, batch, 1, model.nHeads(), model.dHead());
        float[] along = ops.scores(asQuery, perHead, 1).toFloatArray(); // [batch head 1 key]
        float[] weights = Objects.requireNonNull(pattern);
        float[] sources = new float[along.length];
        int keys = along.length / ofBiases.length;
        for (int i = 0; i < sources.length; i++) {
            sources[i] = (float) (weights[i] * (along[i] - ofBiases[i / keys]));
        }
        return sources;
    }

    private void mlp(int l, float[] out, TensorOps ops) {
        vote(new ComponentId.Mlp(l), out);
        if (parts != null) {
            Sublayer mlp = model.mlp(l);
            double[][] beforeNorm = mlp.throughNorm(directions, afterScale); // [batch d_model]
            float[] d; // [batch d_mlp]
            try (OpenBlock open = model.transformer().weights().open(l)) { // the pass is in it
                d = ops.pullBack(
                                rows(beforeNorm, ops),
                                open.weights().mlp().out().weight())
                        .toFloatArray();
            }
            float[] active = Objects.requireNonNull(post);
            for (int i = 0; i < d.length; i++) {
                d[i] *= active[i];
            }
            parts.neurons()[l] = d;
            for (int e = 0; e < directions.length; e++) {
                parts.mlpBiases()[l][e] = mlp.constant(directions[e], beforeNorm[e]);
            }
        }
    }

    private NDArray rows(double[][] vectors, TensorOps ops) {
        return vectors == directions ? directionRows : AttributedModel.rows(vectors, ops);
    }
}
