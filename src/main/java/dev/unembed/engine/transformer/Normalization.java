package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.TransformerWeights.NormWeights;

/** A norm with its weights. */
public final class Normalization {
    private final Blueprint.Norm kind;
    private final NDArray gain;
    private final @org.jspecify.annotations.Nullable NDArray bias;

    Normalization(Blueprint.Norm kind, NormWeights<NDArray> weights) {
        this.kind = kind;
        this.gain = weights.gain();
        this.bias = weights.bias();
    }

    /** @param x [.. d_model] @return the same axes, each row by its own statistics */
    public NDArray apply(NDArray x, TensorOps ops) {
        return switch (kind) {
            case Blueprint.Norm.LayerNorm norm -> ops.layerNorm(x, gain, requireBias(), norm.epsilon());
            case Blueprint.Norm.RmsNorm norm -> ops.rmsNorm(x, gain, norm.epsilon());
        };
    }

    /** The same from its parts, in plain operations: where a probe wants to see them, and to check the fused ones. */
    public NDArray applyInParts(
            NDArray x, TensorOps ops, Probe probe, HookPoint scalePoint, HookPoint normalizedPoint) {
        return switch (kind) {
            case Blueprint.Norm.LayerNorm norm -> {
                NDArray centred = ops.centre(x);
                NDArray scale = see(probe, scalePoint, ops.rootMeanSquare(centred, norm.epsilon()), ops); // [.. 1]
                NDArray scaled = ops.add(ops.multiply(ops.divide(centred, scale), gain), requireBias());
                yield see(probe, normalizedPoint, scaled, ops);
            }
            case Blueprint.Norm.RmsNorm norm -> {
                NDArray scale = see(probe, scalePoint, ops.rootMeanSquare(x, norm.epsilon()), ops); // [.. 1]
                yield ops.multiply(see(probe, normalizedPoint, ops.divide(x, scale), ops), gain);
            }
        };
    }

    NDArray apply(NDArray x, TensorOps ops, Probe probe, HookPoint scalePoint, HookPoint normalizedPoint) {
        return probe.wants(scalePoint) || probe.wants(normalizedPoint)
                ? applyInParts(x, ops, probe, scalePoint, normalizedPoint)
                : apply(x, ops);
    }

    private NDArray requireBias() {
        return java.util.Objects.requireNonNull(bias, "a LayerNorm has a bias");
    }

    private static NDArray see(Probe probe, HookPoint point, NDArray tensor, TensorOps ops) {
        return probe.wants(point) ? probe.see(point, tensor, ops) : tensor;
    }
}
