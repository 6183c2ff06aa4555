package dev.unembed.engine.circuit;

import dev.unembed.engine.prompt.ResolvedExample;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    static final Places NOWHERE = new Places(Set.of(), Set.of());

    boolean everywhere() {
        return names == null && except.isEmpty();
    }

    /** The one that excepts less; both are of one universe. */
    static Places wider(Places one, Places other) {
        if (!Objects.equals(one.names, other.names)) {
            return one.names == null || other.names != null && one.names.containsAll(other.names) ? one : other;
        }
        return one.except.size() <= other.except.size() ? one : other;
    }

    /** The first position at which they differ in any of these prompts, of equal length; {@code ifNone} where they don't. */
    int firstUnlike(Places other, List<ResolvedExample> prompts, int ifNone) {
        int first = ifNone;
        for (ResolvedExample prompt : prompts) {
            int difference = Arrays.mismatch(
                    of(prompt.positions(), prompt.ids().length), other.of(prompt.positions(), prompt.ids().length));
            first = difference < 0 ? first : Math.min(first, difference);
        }
        return first;
    }

    /** @param positions token positions of one prompt by name @return whether each position is ablated */
    boolean[] of(Map<String, Integer> positions, int length) {
        boolean[] ablated = new boolean[length];
        if (names == null) {
            Arrays.fill(ablated, true);
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
