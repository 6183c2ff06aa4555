package dev.unembed.engine.circuit;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where a component is ablated: at all positions or at some named ones, but for exceptions.
 *
 * @param names of positions, or null for all
 * @param except names of positions that are spared
 */
record Places(@Nullable Set<String> names, Set<String> except) {
    static final Places EVERYWHERE = new Places(null, Set.of());

    boolean everywhere() {
        return names == null && except.isEmpty();
    }

    /** @param positions token positions of one prompt by name @return whether each position is ablated */
    boolean[] of(Map<String, Integer> positions, int length) {
        boolean[] ablated = new boolean[length];
        if (names == null) {
            java.util.Arrays.fill(ablated, true);
        } else {
            names.forEach(name -> ablated[position(positions, name)] = true);
        }
        except.forEach(name -> ablated[position(positions, name)] = false);
        return ablated;
    }

    private static int position(Map<String, Integer> positions, String name) {
        Integer position = positions.get(name);
        if (position == null) {
            throw new IllegalStateException("a prompt has no position " + name);
        }
        return position;
    }

    /** Stable text, for keys. */
    @Override
    public String toString() {
        return (names == null ? "*" : String.join("+", new TreeSet<>(names)))
                + (except.isEmpty() ? "" : "!" + String.join("+", new TreeSet<>(except)));
    }
}
