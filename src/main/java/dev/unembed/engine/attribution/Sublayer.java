package dev.unembed.engine.attribution;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.HookPoint;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.Linear;
import dev.unembed.engine.transformer.TransformerWeights.NormWeights;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the inside of attention or of an MLP reaches the stream: by an output map with a bias and, in some models, a norm
 * after it.
 *
 * @param outputBias [d_model], or empty
 * @param after null where nothing stands between the output map and the stream
 * @param afterScale where {@code after} shows its scale
 */
@SuppressWarnings("ArrayRecordComponent")
record Sublayer(
        float[] outputBias,
        @Nullable FrozenNorm after,
        @Nullable HookPoint afterScale) {
    static Sublayer ofAttention(Blueprint blueprint, BlockWeights<NDArray> block, int layer) {
        return of(
                blueprint,
                block.attention().o(),
                ResidualDecomposition.normAfterAttention(blueprint, block),
                HookPoint.at(afterBoth(blueprint) ? Site.LN1_POST_SCALE : Site.LN1_SCALE, layer));
    }

    static Sublayer ofMlp(Blueprint blueprint, BlockWeights<NDArray> block, int layer) {
        return of(
                blueprint,
                block.mlp().out(),
                ResidualDecomposition.normAfterMlp(blueprint, block),
                HookPoint.at(afterBoth(blueprint) ? Site.LN2_POST_SCALE : Site.LN2_SCALE, layer));
    }

    private static boolean afterBoth(Blueprint blueprint) {
        return blueprint.normPlacement() == Blueprint.NormPlacement.BEFORE_AND_AFTER;
    }

    private static Sublayer of(
            Blueprint blueprint, Linear<NDArray> map, @Nullable NormWeights<NDArray> norm, HookPoint scale) {
        return new Sublayer(
                values(map.bias()),
                norm == null ? null : new FrozenNorm(blueprint.norm(), norm),
                norm == null ? null : scale);
    }

    static float[] values(@Nullable NDArray tensor) {
        return tensor == null ? new float[0] : tensor.toFloatArray();
    }

    /**
     * Directions of the stream, as directions of what the output map gives.
     *
     * @param directions [batch d_model]
     * @param scales of the norm after it [batch]; unused where there is none
     * @return [batch d_model]; the same arrays where there is no norm
     */
    double[][] throughNorm(double[][] directions, float @Nullable [] scales) {
        if (after == null) {
            return directions;
        }
        Objects.requireNonNull(scales, () -> afterScale + " wasn't seen");
        double[][] before = new double[directions.length][];
        for (int e = 0; e < before.length; e++) {
            before[e] = after.pullBack(directions[e], scales[e]);
        }
        return before;
    }

    /** What the biases give: the output map's by the direction before the norm, the norm's own by the one after it. */
    double constant(double[] direction, double[] beforeNorm) {
        return dot(outputBias, 0, beforeNorm, outputBias.length) + (after == null ? 0 : after.constant(direction));
    }

    static double dot(float[] x, int from, double[] y, int length) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += x[from + i] * y[i];
        }
        return sum;
    }
}
