package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
import dev.unembed.engine.transformer.Blueprint.QueryKeyNorm;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.TransformerWeights.AttentionWeights;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Causal self-attention of one block. */
final class Attention {
    private final AttentionShape shape;
    private final AttentionWeights<NDArray> weights;
    private final @Nullable Normalization qNorm;
    private final @Nullable Normalization kNorm;
    private final int layer;

    Attention(AttentionShape shape, Blueprint.Norm norm, AttentionWeights<NDArray> weights, int layer) {
        this.shape = shape;
        this.weights = weights;
        this.layer = layer;
        boolean normalized = shape.queryKeyNorm() != QueryKeyNorm.NONE;
        this.qNorm = normalized ? new Normalization(norm, Objects.requireNonNull(weights.qNorm())) : null;
        this.kNorm = normalized ? new Normalization(norm, Objects.requireNonNull(weights.kNorm())) : null;
    }

    /**
     * Every head's mix of the values it attends to, before the output map.
     *
     * @param x what attention reads of the stream, at the positions this pass computes [batch pos d_model]
     * @param sight of this block
     * @return z [batch query head d_head]
     */
    NDArray mixed(NDArray x, Sight sight, Pass pass) {
        TensorOps ops = pass.ops();
        NDArray q = pass.see(Site.Q, layer, heads(sight.queried(x, ops), weights.q(), shape.nHeads(), ops));
        NDArray k = pass.see(Site.K, layer, heads(x, weights.k(), shape.nKvHeads(), ops)); // [batch pos kv_head d_head]
        NDArray v = pass.see(Site.V, layer, heads(x, weights.v(), shape.nKvHeads(), ops)); // [batch pos kv_head d_head]
        q = qNorm == null ? q : normalize(qNorm, q, ops);
        k = kNorm == null ? k : normalize(kNorm, k, ops);
        if (sight.queryRotary() != null && sight.keyRotary() != null) {
            q = pass.see(Site.ROT_Q, layer, sight.queryRotary().rotate(q, ops));
            k = pass.see(Site.ROT_K, layer, sight.keyRotary().rotate(k, ops));
        }
        pass.probe().keysAndValues(layer, k, v);
        if (sight.prefix() != null) {
            k = ops.withPrefix(sight.prefix().key(), k); // [batch key kv_head d_head]
            v = ops.withPrefix(sight.prefix().value(), v); // [batch key kv_head d_head]
        }
        if (shape.nKvHeads() != shape.nHeads()) {
            k = ops.perQueryHead(k, shape.nHeads()); // [batch key head d_head]
            v = ops.perQueryHead(v, shape.nHeads()); // [batch key head d_head]
        }
        return pass.see(Site.Z, layer, mix(q, k, v, sight.bias(), pass)); // [batch query head d_head]
    }

    /** The output map. @param z [batch pos head d_head] @return what attention gives [batch pos d_model] */
    NDArray output(NDArray z, TensorOps ops) {
        long[] axes = z.getShape().getShape();
        NDArray joined =
                ops.reshape(z, axes[0], axes[1], (long) shape.nHeads() * shape.dHead()); // [batch pos head·d_head]
        return ops.linear(joined, weights.o().weight(), weights.o().bias()); // [batch pos d_model]
    }

    /** Probabilities grow with the square of the positions, so they exist only where somebody looks at them. */
    private NDArray mix(NDArray q, NDArray k, NDArray v, @Nullable NDArray bias, Pass pass) {
        TensorOps ops = pass.ops();
        boolean seen = pass.wants(Site.ATTN_SCORES, layer) || pass.wants(Site.PATTERN, layer);
        if (!seen && shape.scoreCap() == null) { // the library's fused attention has no place for a cap
            return bias == null
                    ? ops.attention(q, k, v, shape.scoreScale())
                    : ops.attention(q, k, v, shape.scoreScale(), bias);
        }
        NDArray scores = bias == null
                ? ops.causalScores(q, k, shape.scoreScale())
                : ops.add(cap(ops.scores(q, k, shape.scoreScale()), ops), bias); // [batch head query key]
        scores = pass.see(Site.ATTN_SCORES, layer, scores);
        NDArray pattern = pass.see(Site.PATTERN, layer, ops.softmax(scores)); // [batch head query key]
        return ops.mix(pattern, v);
    }

    private NDArray cap(NDArray scores, TensorOps ops) {
        return shape.scoreCap() == null ? scores : ops.softCap(scores, shape.scoreCap());
    }

    /** @param x [batch pos head d_head], queries or keys @return the same axes */
    private NDArray normalize(Normalization norm, NDArray x, TensorOps ops) {
        if (shape.queryKeyNorm() == QueryKeyNorm.PER_HEAD) {
            return norm.apply(x, ops);
        }
        long[] axes = x.getShape().getShape();
        NDArray joined = ops.reshape(x, axes[0], axes[1], axes[2] * axes[3]); // [batch pos head·d_head]
        return ops.reshape(norm.apply(joined, ops), axes);
    }

    private NDArray heads(NDArray x, TransformerWeights.Linear<NDArray> map, int heads, TensorOps ops) {
        long[] axes = x.getShape().getShape();
        return ops.reshape(ops.linear(x, map.weight(), map.bias()), axes[0], axes[1], heads, shape.dHead());
    }
}
