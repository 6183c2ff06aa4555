package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.NormWeights;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The norms around attention or around the MLP of one block: before it, after it, or both. */
final class SublayerNorms {
    private final @Nullable PlacedNorm before;
    private final @Nullable PlacedNorm after;

    private record PlacedNorm(Normalization norm, HookPoint scale, HookPoint normalized) {
        NDArray apply(NDArray x, Pass pass) {
            return norm.apply(x, pass.ops(), pass.probe(), scale, normalized);
        }
    }

    private SublayerNorms(@Nullable PlacedNorm before, @Nullable PlacedNorm after) {
        this.before = before;
        this.after = after;
    }

    static SublayerNorms ofAttention(Blueprint blueprint, BlockWeights<NDArray> block, int layer) {
        PlacedNorm ln1 = placed(blueprint, block.ln1(), Site.LN1_SCALE, Site.LN1_NORMALIZED, layer);
        return switch (blueprint.normPlacement()) {
            case BEFORE -> new SublayerNorms(ln1, null);
            case AFTER -> new SublayerNorms(null, ln1);
            case BEFORE_AND_AFTER ->
                new SublayerNorms(
                        ln1, placed(blueprint, block.ln1Post(), Site.LN1_POST_SCALE, Site.LN1_POST_NORMALIZED, layer));
        };
    }

    static SublayerNorms ofMlp(Blueprint blueprint, BlockWeights<NDArray> block, int layer) {
        PlacedNorm ln2 = placed(blueprint, block.ln2(), Site.LN2_SCALE, Site.LN2_NORMALIZED, layer);
        return switch (blueprint.normPlacement()) {
            case BEFORE -> new SublayerNorms(ln2, null);
            case AFTER -> new SublayerNorms(null, ln2);
            case BEFORE_AND_AFTER ->
                new SublayerNorms(
                        ln2, placed(blueprint, block.ln2Post(), Site.LN2_POST_SCALE, Site.LN2_POST_NORMALIZED, layer));
        };
    }

    private static PlacedNorm placed(
            Blueprint blueprint, @Nullable NormWeights<NDArray> weights, Site scale, Site normalized, int layer) {
        return new PlacedNorm(
                new Normalization(blueprint.norm(), Objects.requireNonNull(weights, scale + " has no weights")),
                HookPoint.at(scale, layer),
                HookPoint.at(normalized, layer));
    }

    /** What the sublayer reads. @param x the stream [batch pos d_model] */
    NDArray before(NDArray x, Pass pass) {
        return before == null ? x : before.apply(x, pass);
    }

    /** What is added to the stream. @param x what the sublayer gave [batch pos d_model] */
    NDArray after(NDArray x, Pass pass) {
        return after == null ? x : after.apply(x, pass);
    }
}
