package dev.unembed.engine.circuit;

import dev.unembed.engine.transformer.ComponentId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A model with some of it ablated.
 *
 * @param ablated where each component is; components that aren't in it are as they are
 */
public record Variant(Map<ComponentId, Places> ablated) {
    public Variant {
        ablated = Map.copyOf(ablated);
    }

    /** The whole model. */
    public static Variant whole() {
        return new Variant(Map.of());
    }

    /** All of the universe but the kept nodes ablated: F(C). */
    public static Variant keeping(Collection<CircuitNode> kept, Universe universe) {
        return new Variant(universe.allBut(kept));
    }

    /** These nodes ablated: F(M∖C). */
    public static Variant without(Collection<CircuitNode> nodes, Universe universe) {
        return new Variant(universe.only(nodes));
    }

    /** Everything ablated that any of these ablates, where it does. */
    static Variant union(Collection<Variant> variants) {
        Map<ComponentId, Places> all = new HashMap<>();
        for (Variant variant : variants) {
            variant.ablated.forEach((component, places) -> all.merge(component, places, Places::wider));
        }
        return new Variant(all);
    }

    /** The first block in which these two differ; {@code ifNone} where they are alike. */
    int firstLayerUnlike(Variant other, int ifNone) {
        return unlike(other).mapToInt(Variant::layer).min().orElse(ifNone);
    }

    /** The first position at which these two differ in any of the prompts; the last where they are alike. */
    int firstPositionUnlike(Variant other, PromptGroup group) {
        int last = group.positions() - 1;
        return unlike(other)
                .mapToInt(component -> {
                    Places mine = ablated.getOrDefault(component, Places.NOWHERE);
                    Places others = other.ablated.getOrDefault(component, Places.NOWHERE);
                    return mine.firstUnlike(others, group.examples(), last);
                })
                .min()
                .orElse(last);
    }

    private Stream<ComponentId> unlike(Variant other) {
        return Stream.concat(ablated.keySet().stream(), other.ablated.keySet().stream())
                .filter(component -> !Objects.equals(ablated.get(component), other.ablated.get(component)));
    }

    static int layer(ComponentId component) {
        return CircuitNode.of(component).layer();
    }

    /** The same for the same ablations, whatever order they were given in. */
    public String key() {
        String text = ablated.entrySet().stream()
                .map(entry -> entry.getKey() + "@" + entry.getValue())
                .sorted()
                .collect(Collectors.joining(","));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
