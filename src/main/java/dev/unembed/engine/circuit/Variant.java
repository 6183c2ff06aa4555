package dev.unembed.engine.circuit;

import dev.unembed.engine.transformer.ComponentId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;

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

    int firstLayer(int ifNone) {
        return ablated.keySet().stream().mapToInt(Variant::layer).min().orElse(ifNone);
    }

    static int layer(ComponentId component) {
        return CircuitNode.of(component).layer();
    }

    boolean everywhere() {
        return ablated.values().stream().allMatch(Places::everywhere);
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
