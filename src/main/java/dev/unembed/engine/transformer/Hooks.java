package dev.unembed.engine.transformer;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What to look at and what to replace in one forward pass. Immutable: nothing can be left behind in a model.
 *
 * <p>Replacements at one point are applied in the order they were added; a capture sees what they made of it, which is
 * what the rest of the pass sees.
 */
public final class Hooks {
    private static final Hooks NONE = new Hooks(Set.of(), Map.of());

    private final Set<HookPoint> captured;
    private final Map<HookPoint, UnaryOperator<Activation>> replaced;

    private Hooks(Set<HookPoint> captured, Map<HookPoint, UnaryOperator<Activation>> replaced) {
        this.captured = captured;
        this.replaced = replaced;
    }

    public static Hooks none() {
        return NONE;
    }

    public Hooks capture(HookPoint... points) {
        return capture(List.of(points));
    }

    public Hooks capture(Collection<HookPoint> points) {
        Set<HookPoint> all = new LinkedHashSet<>(captured);
        all.addAll(points);
        return new Hooks(Set.copyOf(all), replaced);
    }

    /** @param replacement is given what flows there and returns what shall flow on, of the same shape */
    public Hooks replace(HookPoint point, UnaryOperator<Activation> replacement) {
        Map<HookPoint, UnaryOperator<Activation>> all = new LinkedHashMap<>(replaced);
        all.merge(point, replacement, (first, second) -> a -> second.apply(first.apply(a)));
        return new Hooks(captured, Map.copyOf(all));
    }

    boolean touches(HookPoint point) {
        return captured.contains(point) || replaced.containsKey(point);
    }

    boolean captures(HookPoint point) {
        return captured.contains(point);
    }

    UnaryOperator<Activation> replacement(HookPoint point) {
        return replaced.getOrDefault(point, UnaryOperator.identity());
    }

    boolean replaces(HookPoint point) {
        return replaced.containsKey(point);
    }

    /** Every point that is captured or replaced. */
    public Set<HookPoint> points() {
        Set<HookPoint> all = new LinkedHashSet<>(captured);
        all.addAll(replaced.keySet());
        return all;
    }
}
