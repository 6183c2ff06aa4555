package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.TransformerWeights.Linear;
import dev.unembed.engine.transformer.TransformerWeights.MlpWeights;
import java.util.Objects;

/** The MLP of one block. */
final class FeedForward {
    private final Blueprint.Mlp kind;
    private final MlpWeights<NDArray> weights;
    private final int layer;

    FeedForward(Blueprint.Mlp kind, MlpWeights<NDArray> weights, int layer) {
        this.kind = kind;
        this.weights = weights;
        this.layer = layer;
    }

    /** @param x the normalised stream [batch pos d_model] @return what is added to the stream [batch pos d_model] */
    NDArray apply(NDArray x, Pass pass) {
        TensorOps ops = pass.ops();
        NDArray post = pass.see(
                Site.MLP_POST,
                layer,
                switch (kind) {
                    case Blueprint.Mlp.Plain plain -> activate(pre(x, weights.in(), pass), ops);
                    case Blueprint.Mlp.Gated gated -> {
                        NDArray gate = activate(pre(x, Objects.requireNonNull(weights.gate()), pass), ops);
                        NDArray linear = ops.linear(
                                x, weights.in().weight(), weights.in().bias());
                        yield ops.multiply(gate, pass.see(Site.MLP_PRE_LINEAR, layer, linear));
                    }
                }); // [batch pos d_mlp]
        return ops.linear(post, weights.out().weight(), weights.out().bias()); // [batch pos d_model]
    }

    private NDArray pre(NDArray x, Linear<NDArray> map, Pass pass) {
        return pass.see(Site.MLP_PRE, layer, pass.ops().linear(x, map.weight(), map.bias()));
    }

    private NDArray activate(NDArray x, TensorOps ops) {
        return switch (kind.activation()) {
            case GELU -> ops.gelu(x);
            case GELU_TANH -> ops.geluTanh(x);
            case SILU -> ops.silu(x);
            case RELU -> ops.relu(x);
        };
    }
}
