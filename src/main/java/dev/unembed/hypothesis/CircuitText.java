package dev.unembed.hypothesis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.circuit.CircuitNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A circuit as a person types it, in either of three ways:
 *
 * <pre>
 * L9H9, L10H0@END, MLP0
 * name mover: L9H9, L10H0; negative: L10H7
 * ["L9H9", "MLP0"]   or   {"circuit": ["L9H9", "MLP0"], "classes": {"name mover": ["L9H9"]}}
 * </pre>
 */
public final class CircuitText {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_CLASS = 60;
    private static final int LONGEST = 50_000;

    /**
     * @param nodes names such as {@code L9H9} and {@code MLP0@END}, each once, in the order typed
     * @param classes nodes by what they are said to do; empty where nothing is said
     */
    public record Typed(List<String> nodes, SortedMap<String, List<String>> classes) {}

    private CircuitText() {}

    /** @throws InvalidInput naming what can't be read, and how circuits are written */
    public static Typed parse(String text) {
        String stripped = text.strip();
        if (stripped.length() > LONGEST) {
            throw new InvalidInput("The circuit is longer than " + LONGEST + " characters. Name its components only.");
        }
        if (stripped.startsWith("[") || stripped.startsWith("{")) {
            return parseJson(stripped);
        }
        Set<String> nodes = new LinkedHashSet<>();
        SortedMap<String, List<String>> classes = new TreeMap<>();
        for (String group : stripped.split("[;\n\r]+")) {
            int colon = group.indexOf(':');
            List<String> members = names(group.substring(colon + 1));
            nodes.addAll(members);
            if (colon >= 0) {
                addTo(classes, group.substring(0, colon), members);
            }
        }
        return checked(nodes, classes);
    }

    /** {@code name mover: L9H9; MLP0}: what {@link #parse} reads back. */
    public static String print(List<String> nodes, Map<String, List<String>> classes) {
        List<String> groups = new ArrayList<>();
        Set<String> without = new LinkedHashSet<>(nodes);
        classes.forEach((name, members) -> {
            groups.add(name + ": " + String.join(", ", members));
            without.removeAll(members);
        });
        if (!without.isEmpty()) {
            groups.add(String.join(", ", without));
        }
        return String.join(";\n", groups);
    }

    /** From a request: a list of names, or one text as it is typed. */
    static Typed of(JsonNode circuit) {
        if (circuit.isTextual()) {
            return parse(circuit.textValue());
        }
        if (!circuit.isArray() || !circuit.valueStream().allMatch(JsonNode::isTextual)) {
            throw new InvalidInput("circuit is " + shortened(circuit.toString())
                    + "; expected a list of names such as [\"L9H9\", \"MLP0@END\"], or a text.");
        }
        return parseJson(circuit.toString());
    }

    /** Classes from a request, their members' names as the circuit has them. */
    static SortedMap<String, List<String>> classes(List<String> nodes, Map<String, List<String>> given) {
        SortedMap<String, List<String>> classes = new TreeMap<>();
        given.forEach((name, members) -> addTo(
                classes,
                name,
                members.stream()
                        .map(member -> CircuitNode.parse(member).toString())
                        .toList()));
        return checked(new LinkedHashSet<>(nodes), classes).classes();
    }

    private static Typed parseJson(String text) {
        try {
            JsonNode read = JSON.readTree(text);
            JsonNode circuit = read.isObject() ? read.path("circuit") : read;
            List<String> nodes = new ArrayList<>();
            for (String name : JSON.convertValue(circuit, new TypeReference<List<String>>() {})) {
                nodes.add(CircuitNode.parse(name).toString());
            }
            Map<String, List<String>> classes = read.path("classes").isMissingNode()
                    ? Map.of()
                    : JSON.convertValue(
                            read.get("classes"), new TypeReference<LinkedHashMap<String, List<String>>>() {});
            List<String> once = List.copyOf(new LinkedHashSet<>(nodes));
            return new Typed(once, classes(once, classes));
        } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
            throw new InvalidInput(
                    "The circuit can't be read as JSON; expected [\"L9H9\", \"MLP0@END\"] or {\"circuit\": [\"L9H9\"],"
                            + " \"classes\": {\"name mover\": [\"L9H9\"]}}.",
                    e);
        }
    }

    private static List<String> names(String list) {
        List<String> names = new ArrayList<>();
        for (String name : list.split("[\\s,]+")) {
            if (!name.isEmpty()) {
                names.add(CircuitNode.parse(name).toString());
            }
        }
        return names;
    }

    private static void addTo(SortedMap<String, List<String>> classes, String name, List<String> members) {
        String stripped = name.strip();
        if (stripped.isEmpty() || stripped.length() > LONGEST_CLASS || stripped.matches(".*[;:\\p{Cntrl}].*")) {
            throw new InvalidInput("A class is named '" + shortened(stripped) + "'; expected 1 to " + LONGEST_CLASS
                    + " characters without ; or :, such as name mover.");
        }
        classes.merge(stripped, members, (before, more) -> {
            Set<String> all = new LinkedHashSet<>(before);
            all.addAll(more);
            return List.copyOf(all);
        });
    }

    private static Typed checked(Set<String> nodes, SortedMap<String, List<String>> classes) {
        classes.forEach((name, members) -> members.forEach(member -> {
            if (!nodes.contains(member)) {
                throw new InvalidInput("Class '" + name + "' has " + shortened(member)
                        + ", which isn't in the circuit; it has " + shortened(String.join(", ", nodes)) + ".");
            }
        }));
        return new Typed(List.copyOf(nodes), classes);
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 199) + "…";
    }
}
