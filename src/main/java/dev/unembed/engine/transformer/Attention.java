package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.TransformerWeights.AttentionWeights;
import org.jspecify.annotations.Nullable;

/** Causal self-attention of one block. */
final class Attention {
    private final AttentionShape shape;
    private final AttentionWeights<NDArray> weights;
    private final int layer;

    Attention(AttentionShape shape, AttentionWeights<NDArray> weights, int layer) {
        this.shape = shape;
        this.weights = weights;
        this.layer = layer;
    }

    /**
     * @param x the normalised stream [batch pos d_model]
     * @param rotary null where positions aren't told by rotation
     * @return what is added to the stream [batch pos d_model]
     */
    NDArray apply(NDArray x, @Nullable RotaryEmbedding rotary, Pass pass) {
        TensorOps ops = pass.ops();
        NDArray q = pass.see(Site.Q, layer, heads(x, weights.q(), shape.nHeads(), ops)); // [batch pos head d_head]
        NDArray k = pass.see(Site.K, layer, heads(x, weights.k(), shape.nKvHeads(), ops)); // [batch pos kv_head d_head]
        NDArray v = pass.see(Site.V, layer, heads(x, weights.v(), shape.nKvHeads(), ops)); // [batch pos kv_head d_head]
        if (rotary != null) {
            q = pass.see(Site.ROT_Q, layer, rotary.rotate(q, ops));
            k = pass.see(Site.ROT_K, layer, rotary.rotate(k, ops));
        }
        if (shape.nKvHeads() != shape.nHeads()) {
            k = ops.perQueryHead(k, shape.nHeads()); // [batch pos head d_head]
            v = ops.perQueryHead(v, shape.nHeads()); // [batch pos head d_head]
        }
        NDArray z = pass.see(Site.Z, layer, mix(q, k, v, pass)); // [batch pos head d_head]
        long[] axes = x.getShape().getShape();
        NDArray joined =
                ops.reshape(z, axes[0], axes[1], (long) shape.nHeads() * shape.dHead()); // [batch pos head·d_head]
        return ops.linear(joined, weights.o().weight(), weights.o().bias()); // [batch pos d_model]
    }

    /** Probabilities grow with the square of the positions, so they exist only where somebody looks at them. */
    private NDArray mix(NDArray q, NDArray k, NDArray v, Pass pass) {
        TensorOps ops = pass.ops();
        if (!pass.wants(Site.ATTN_SCORES, layer) && !pass.wants(Site.PATTERN, layer)) {
            return ops.attention(q, k, v, shape.scoreScale());
        }
        NDArray scores = ops.causalScores(q, k, shape.scoreScale()); // [batch head query key]
        scores = pass.see(Site.ATTN_SCORES, layer, scores);
        NDArray pattern = pass.see(Site.PATTERN, layer, ops.softmax(scores)); // [batch head query key]
        return ops.mix(pattern, v);
    }

    private NDArray heads(NDArray x, TransformerWeights.Linear<NDArray> map, int heads, TensorOps ops) {
        long[] axes = x.getShape().getShape();
        return ops.reshape(ops.linear(x, map.weight(), map.bias()), axes[0], axes[1], heads, shape.dHead());
    }
}
