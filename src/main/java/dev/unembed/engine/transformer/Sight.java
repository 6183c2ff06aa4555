package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.ComputeDevice;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.Blueprint.Positions;
import dev.unembed.engine.transformer.Blueprint.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the positions of a prompt are to one block's attention.
 *
 * @param queryRotary how queries are turned; null where positions aren't told by rotation
 * @param keyRotary how keys are turned
 * @param bias added to the scores [1 head|1 query key], minus infinity where a query doesn't see a key; null where a query
 *     sees all keys up to its own, all alike
 * @param skipped computed positions that have keys and values but no query here
 * @param prefix keys and values of the positions before those that are computed
 */
record Sight(
        @Nullable RotaryEmbedding queryRotary,
        @Nullable RotaryEmbedding keyRotary,
        @Nullable NDArray bias,
        int skipped,
        KeyValues.@Nullable OfBlock prefix) {
    /**
     * One per block; blocks of a device that see alike share their tensors.
     *
     * @param devices of the blocks
     */
    static List<Sight> ofBlocks(Blueprint blueprint, IntFunction<ComputeDevice> devices, Reach reach, TensorOps ops) {
        int positions = reach.positions();
        Map<Turn, RotaryEmbedding> rotaries = new HashMap<>();
        Map<Looked, NDArray> biases = new HashMap<>();
        List<Sight> sights = new ArrayList<>();
        for (int l = 0; l < blueprint.layers(); l++) {
            int queriesFrom = l == blueprint.layers() - 1 ? reach.readFrom() : reach.from();
            Optional<Positions.Rotary> rotary = blueprint.rotary(l);
            Span span = effective(blueprint.attention().span(l), positions);
            ComputeDevice device = devices.apply(l);
            NDArray bias = queriesFrom > 0 || needsBias(blueprint, span)
                    ? biases.computeIfAbsent(
                            new Looked(span, device),
                            looked -> ops.on(device, bias(blueprint, span, positions, ops))) // [1 head|1 pos pos]
                    : null;
            sights.add(new Sight(
                    rotary.map(r -> turned(new Turn(r, queriesFrom, device), positions, rotaries, ops))
                            .orElse(null),
                    rotary.map(r -> turned(new Turn(r, reach.from(), device), positions, rotaries, ops))
                            .orElse(null),
                    bias == null || queriesFrom == 0 ? bias : ops.narrow(bias, 2, queriesFrom, positions),
                    queriesFrom - reach.from(),
                    reach.prefix(l, ops)));
        }
        return sights;
    }

    private record Turn(Positions.Rotary rotary, int from, ComputeDevice device) {}

    private record Looked(Span span, ComputeDevice device) {}

    private static RotaryEmbedding turned(Turn asked, int positions, Map<Turn, RotaryEmbedding> known, TensorOps ops) {
        return known.computeIfAbsent(
                asked,
                turn -> RotaryEmbedding.of(turn.rotary(), turn.from(), positions, ops)
                        .on(turn.device(), ops));
    }

    /** The positions that ask. @param x [batch pos d_model] at all computed positions */
    NDArray queried(NDArray x, TensorOps ops) {
        return skipped == 0 ? x : ops.narrow(x, 1, skipped, x.getShape().get(1));
    }

    /** A window that holds the whole prompt hides nothing. */
    private static Span effective(Span span, int positions) {
        return span instanceof Span.Window window && window.size() < positions ? window : new Span.Everything();
    }

    private static boolean needsBias(Blueprint blueprint, Span span) {
        return span instanceof Span.Window
                || blueprint.positions() instanceof Positions.Alibi
                || blueprint.attention().scoreCap()
                        != null; // which must not touch the mask, so it can't be there first
    }

    private static NDArray bias(Blueprint blueprint, Span span, int positions, TensorOps ops) {
        NDArray perKey = blueprint.positions() instanceof Positions.Alibi alibi
                ? ops.create(
                        alibi(alibi, blueprint.attention().nHeads(), positions),
                        blueprint.attention().nHeads(),
                        positions)
                : ops.create(new float[positions], 1, positions); // [head|1 pos]
        return ops.scoreBias(
                perKey,
                switch (span) {
                    case Span.Everything everything -> positions;
                    case Span.Window window -> window.size();
                });
    }

    /** slope · position, [head pos]; a softmax doesn't see what is added to all keys alike. */
    private static float[] alibi(Positions.Alibi alibi, int heads, int positions) {
        double[] slopes = slopes(heads);
        float[] perKey = new float[Math.multiplyExact(heads, positions)];
        for (int head = 0; head < heads; head++) {
            for (int position = 0; position < positions; position++) {
                perKey[head * positions + position] = (float) (alibi.scale()
                        * switch (alibi.rounding()) {
                            case FP32 -> slopes[head] * position;
                            case BF16 -> bf16(bf16((float) slopes[head]) * bf16(position));
                        });
            }
        }
        return perKey;
    }

    /**
     * Geometric: 2^(-8/n), 2^(-16/n)… for n heads, a power of two. Where it isn't one, those of the next lower power, then
     * every second of the next higher.
     */
    static double[] slopes(int heads) {
        int power = Integer.highestOneBit(heads);
        double[] slopes = new double[heads];
        for (int head = 0; head < heads; head++) {
            slopes[head] = head < power
                    ? Math.pow(2, -8.0 * (head + 1) / power)
                    : Math.pow(2, -4.0 * (2 * (head - power) + 1) / power);
        }
        return slopes;
    }

    /** The nearest number with a significand of 8 bits, ties to even. */
    static float bf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        return Float.intBitsToFloat((bits + 0x7FFF + (bits >>> 16 & 1)) & 0xFFFF0000);
    }
}
