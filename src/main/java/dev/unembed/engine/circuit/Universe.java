package dev.unembed.engine.circuit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.transformer.ComponentId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a circuit is taken out of: the components that its complement ranges over, and where they may be ablated.
 *
 * @param components of the model, in its order
 * @param positions all token positions, or named ones only
 * @param names of positions that every prompt has, END among them
 */
public record Universe(List<ComponentId> components, Positions positions, Set<String> names) {
    /** Which components. */
    public enum Members {
        HEADS,
        HEADS_AND_MLPS;

        @JsonValue
        public String text() {
            return this == HEADS ? "heads" : "heads+mlps";
        }

        @JsonCreator
        public static Members of(String text) {
            return switch (text) {
                case "heads" -> HEADS;
                case "heads+mlps" -> HEADS_AND_MLPS;
                default -> throw new InvalidInput("universe is '" + text + "'; expected heads or heads+mlps.");
            };
        }
    }

    public enum Positions {
        /** Nodes are whole components. */
        ALL,
        /** Nodes are components at named positions; other positions are never touched. */
        NAMED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        public static Positions of(String text) {
            return Ablation.oneOf("positions", text, values());
        }
    }

    public Universe {
        components = List.copyOf(components);
        names = java.util.Collections.unmodifiableSet(new TreeSet<>(names));
    }

    public static Universe of(Members members, int layers, int heads, Positions positions, Set<String> names) {
        List<ComponentId> components = new ArrayList<>();
        for (int l = 0; l < layers; l++) {
            for (int h = 0; h < heads; h++) {
                components.add(new ComponentId.Head(l, h));
            }
            if (members == Members.HEADS_AND_MLPS) {
                components.add(new ComponentId.Mlp(l));
            }
        }
        return new Universe(components, positions, names);
    }

    /** @throws InvalidInput naming a node of the circuit that isn't in this universe */
    public void require(Circuit circuit) {
        for (CircuitNode node : circuit.nodes()) {
            if (!components.contains(node.component())) {
                throw new InvalidInput(node + " is outside of the universe, which holds heads only; choose universe"
                        + " heads+mlps, or take it out of the circuit.");
            }
            if (node.position() != null && !names.contains(node.position())) {
                throw new InvalidInput(node + ": the prompts have no position '" + node.position()
                        + "' in common; known are " + String.join(", ", names) + ".");
            }
        }
    }

    /** Everything but these nodes is ablated. */
    Map<ComponentId, Places> allBut(Collection<CircuitNode> kept) {
        Map<ComponentId, List<CircuitNode>> byComponent =
                kept.stream().collect(Collectors.groupingBy(CircuitNode::component));
        Map<ComponentId, Places> ablated = new LinkedHashMap<>();
        for (ComponentId component : components) {
            List<CircuitNode> nodes = byComponent.getOrDefault(component, List.of());
            if (nodes.stream().noneMatch(node -> node.position() == null)) {
                ablated.put(component, new Places(everywhere(), namesOf(nodes)));
            }
        }
        return ablated;
    }

    /** These nodes are ablated and nothing else. */
    Map<ComponentId, Places> only(Collection<CircuitNode> nodes) {
        Map<ComponentId, Places> ablated = new LinkedHashMap<>();
        new TreeMap<>(nodes.stream().collect(Collectors.groupingBy(node -> components.indexOf(node.component()))))
                .forEach((index, ofComponent) -> ablated.put(
                        components.get(index),
                        ofComponent.stream().anyMatch(node -> node.position() == null)
                                ? new Places(everywhere(), Set.of())
                                : new Places(namesOf(ofComponent), Set.of())));
        return ablated;
    }

    private @org.jspecify.annotations.Nullable Set<String> everywhere() {
        return positions == Positions.ALL ? null : names;
    }

    private static Set<String> namesOf(List<CircuitNode> nodes) {
        Set<String> names = new TreeSet<>();
        for (CircuitNode node : nodes) {
            if (node.position() != null) {
                names.add(node.position());
            }
        }
        return names;
    }

    /** Every node there is, as a circuit would name it. */
    public List<CircuitNode> nodes() {
        List<CircuitNode> nodes = new ArrayList<>();
        for (ComponentId component : components) {
            if (positions == Positions.ALL) {
                nodes.add(CircuitNode.of(component));
            } else {
                names.forEach(name -> nodes.add(new CircuitNode(component, name)));
            }
        }
        return nodes;
    }
}
