package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.ComputeDevice;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.Blueprint.Pairing;
import dev.unembed.engine.transformer.Blueprint.Positions.Rotary;
import dev.unembed.engine.transformer.Blueprint.RotaryScaling;

/**
 * The angles of a rotary position embedding. Computed in double: at position 8,000 an fp32 angle is off by 1e-4.
 *
 * @param cos [pos 1 dimensions/2]
 * @param sin [pos 1 dimensions/2]
 */
record RotaryEmbedding(NDArray cos, NDArray sin, Pairing pairing) {
    /** The angles of positions {@code from} up to, not including, {@code to}. */
    static RotaryEmbedding of(Rotary rotary, int from, int to, TensorOps ops) {
        double[] frequencies = frequencies(rotary);
        double length = rotary.scaling() instanceof RotaryScaling.Yarn yarn ? yarn.attentionFactor() : 1;
        int positions = to - from;
        float[] cos = new float[positions * frequencies.length];
        float[] sin = new float[cos.length];
        for (int position = 0; position < positions; position++) {
            for (int i = 0; i < frequencies.length; i++) {
                double angle = (from + position) * frequencies[i];
                cos[position * frequencies.length + i] = (float) (length * Math.cos(angle));
                sin[position * frequencies.length + i] = (float) (length * Math.sin(angle));
            }
        }
        return new RotaryEmbedding(
                ops.create(cos, positions, 1, frequencies.length),
                ops.create(sin, positions, 1, frequencies.length),
                rotary.pairing());
    }

    RotaryEmbedding on(ComputeDevice device, TensorOps ops) {
        return new RotaryEmbedding(ops.on(device, cos), ops.on(device, sin), pairing);
    }

    /** Radians per position for every pair of dimensions. */
    static double[] frequencies(Rotary rotary) {
        double[] frequencies = new double[rotary.dimensions() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = scaled(i, Math.pow(rotary.base(), -2.0 * i / rotary.dimensions()), rotary);
        }
        return frequencies;
    }

    private static double scaled(int pair, double frequency, Rotary rotary) {
        return switch (rotary.scaling()) {
            case RotaryScaling.None none -> frequency;
            case RotaryScaling.Linear linear -> frequency / linear.factor();
            case RotaryScaling.Banded band -> {
                double wavelength = 2 * Math.PI / frequency;
                double turns = band.originalContext() / wavelength; // within the original context
                if (turns > band.highFrequencyFactor()) {
                    yield frequency;
                }
                if (turns < band.lowFrequencyFactor()) {
                    yield frequency / band.factor();
                }
                double kept =
                        (turns - band.lowFrequencyFactor()) / (band.highFrequencyFactor() - band.lowFrequencyFactor());
                yield (1 - kept) * frequency / band.factor() + kept * frequency;
            }
            case RotaryScaling.Yarn yarn -> {
                double first = pairTurning(yarn.betaFast(), yarn, rotary);
                double last = pairTurning(yarn.betaSlow(), yarn, rotary);
                first = Math.max(0, yarn.truncate() ? Math.floor(first) : first);
                last = Math.min(rotary.dimensions() - 1, yarn.truncate() ? Math.ceil(last) : last);
                double divided = Math.clamp((pair - first) / Math.max(last - first, 1e-3), 0, 1);
                yield divided * frequency / yarn.factor() + (1 - divided) * frequency;
            }
        };
    }

    /** The dimension pair, mostly between two, that turns so often within the original context. */
    private static double pairTurning(double times, RotaryScaling.Yarn yarn, Rotary rotary) {
        return rotary.dimensions()
                * Math.log(yarn.originalContext() / (times * 2 * Math.PI))
                / (2 * Math.log(rotary.base()));
    }

    NDArray rotate(NDArray x, TensorOps ops) {
        return switch (pairing) {
            case HALVES -> ops.rotate(x, cos, sin);
            case NEIGHBOURS -> ops.rotateNeighbours(x, cos, sin);
        };
    }
}
