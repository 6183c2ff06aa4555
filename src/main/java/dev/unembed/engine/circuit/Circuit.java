package dev.unembed.engine.circuit;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.ComponentId;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The nodes that are claimed to do a job.
 *
 * @param nodes each once, in the order given
 * @param classes nodes that do the same, by name ("name mover"); may be empty, and needn't cover all
 */
public record Circuit(List<CircuitNode> nodes, Map<String, List<CircuitNode>> classes) {
    public Circuit {
        nodes = List.copyOf(new LinkedHashSet<>(nodes));
        Map<String, List<CircuitNode>> copies = new LinkedHashMap<>();
        for (Map.Entry<String, List<CircuitNode>> each : classes.entrySet()) {
            for (CircuitNode node : each.getValue()) {
                if (!nodes.contains(node)) {
                    throw new InvalidInput("Class '" + each.getKey() + "' holds " + node
                            + ", which isn't in the circuit. Add it there, or take it out of the class.");
                }
            }
            copies.put(each.getKey(), List.copyOf(each.getValue()));
        }
        classes = java.util.Collections.unmodifiableMap(copies);
    }

    public static Circuit of(Collection<CircuitNode> nodes) {
        return new Circuit(List.copyOf(nodes), Map.of());
    }

    /** As it is typed: {@code L9H9, L10H0@END, MLP0}, separated by commas or spaces. */
    public static Circuit parse(String text) {
        return of(Arrays.stream(text.strip().split("[,;\\s]+"))
                .filter(word -> !word.isEmpty())
                .map(CircuitNode::parse)
                .toList());
    }

    /** @throws InvalidInput naming the first node that a model of this shape doesn't have */
    public void requireIn(int layers, int heads) {
        for (CircuitNode node : nodes) {
            if (node.layer() >= layers) {
                throw new InvalidInput(node + " isn't in this model: its layers are 0 to " + (layers - 1) + ".");
            }
            if (node.component() instanceof ComponentId.Head head && head.head() >= heads) {
                throw new InvalidInput(node + " isn't in this model: its heads are 0 to " + (heads - 1) + ".");
            }
        }
    }

    public void requireIn(Blueprint blueprint) {
        requireIn(blueprint.layers(), blueprint.attention().nHeads());
    }

    /** Names of positions that occur. */
    public Set<String> positions() {
        Set<String> names = new LinkedHashSet<>();
        for (CircuitNode node : nodes) {
            if (node.position() != null) {
                names.add(node.position());
            }
        }
        return names;
    }

    public Set<ComponentId> components() {
        return nodes.stream().map(CircuitNode::component).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The circuit without some of its nodes. */
    public List<CircuitNode> without(Collection<CircuitNode> some) {
        return nodes.stream().filter(node -> !some.contains(node)).toList();
    }

    @Override
    public String toString() {
        return nodes.stream().map(CircuitNode::toString).collect(Collectors.joining(", "));
    }
}
