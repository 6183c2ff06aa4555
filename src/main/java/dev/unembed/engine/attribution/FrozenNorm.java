package dev.unembed.engine.attribution;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.TransformerWeights.NormWeights;

/**
 * A norm whose scale is taken as it is in one prompt: what is left of it is linear, (x - mean(x)) / scale ⊙ gain + bias.
 * Computed in double.
 */
final class FrozenNorm {
    private final Blueprint.Norm kind;
    private final float[] gain;
    private final float[] bias;

    FrozenNorm(Blueprint.Norm kind, NormWeights<NDArray> weights) {
        this.kind = kind;
        this.gain = weights.gain().toFloatArray();
        this.bias = weights.bias() == null ? new float[0] : weights.bias().toFloatArray();
    }

    /** What the norm divides a vector by. @param x rows of d_model */
    double scale(float[] x, int row) {
        int n = gain.length;
        double mean = 0;
        if (kind instanceof Blueprint.Norm.LayerNorm) {
            for (int i = 0; i < n; i++) {
                mean += x[row * n + i];
            }
            mean /= n;
        }
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double centred = x[row * n + i] - mean;
            squares += centred * centred;
        }
        return Math.sqrt(squares / n + kind.epsilon());
    }

    /** A direction after the norm, as a direction before it: norm(x) · direction = x · result + {@link #constant}. */
    double[] pullBack(double[] direction, double scale) {
        double[] before = new double[direction.length];
        double mean = 0;
        for (int i = 0; i < before.length; i++) {
            before[i] = direction[i] * gain[i] / scale;
            mean += before[i];
        }
        if (kind instanceof Blueprint.Norm.LayerNorm) {
            mean /= before.length;
            for (int i = 0; i < before.length; i++) {
                before[i] -= mean;
            }
        }
        return before;
    }

    /** The bias's share of a direction after the norm; 0 for a norm without one. */
    double constant(double[] direction) {
        return Sublayer.dot(bias, 0, direction, bias.length);
    }
}
