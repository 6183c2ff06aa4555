package dev.unembed.engine.transformer;

import dev.unembed.engine.tensor.TensorOps;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which positions a pass computes. Attention is causal: what changes at position p changes nothing before p, so a pass
 * over the same prompts may begin there, with the earlier positions' keys and values of another pass. And where only the
 * last positions are read, the last block needs no others.
 *
 * @param positions of the prompts
 * @param from first position that is computed
 * @param readFrom first position whose final stream is wanted
 * @param before keys and values of the positions before {@code from}, where there are any
 */
public record Reach(
        int positions, int from, int readFrom, @Nullable KeyValues before) {
    public Reach {
        if (from < 0 || readFrom < from || positions <= readFrom) {
            throw new IllegalArgumentException("of " + positions + " positions, computed are those from " + from
                    + " on and read those from " + readFrom + " on; expected 0 <= from <= readFrom < positions");
        }
        if (from > 0) {
            Objects.requireNonNull(before, "positions before the first computed one need their keys and values");
        }
    }

    /** All positions. */
    public static Reach everything(int positions) {
        return new Reach(positions, 0, 0, null);
    }

    /** All are computed, the last one is read. */
    public static Reach toEnd(int positions) {
        return new Reach(positions, 0, positions - 1, null);
    }

    /**
     * Computes the positions from {@code from} on; reads the last one.
     *
     * @param before of a pass over the same prompts, whole from position 0 on
     */
    public static Reach toEnd(int positions, int from, KeyValues before) {
        return new Reach(positions, from, positions - 1, before);
    }

    public boolean readsAll() {
        return readFrom == from;
    }

    KeyValues.@Nullable OfBlock prefix(int layer, TensorOps ops) {
        return from == 0 ? null : Objects.requireNonNull(before).upTo(layer, from, ops);
    }
}
