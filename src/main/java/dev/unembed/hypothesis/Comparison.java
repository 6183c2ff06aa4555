package dev.unembed.hypothesis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.hypothesis.HypothesisDetails.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Two versions side by side, with the evidence of each.
 *
 * @param added components that only {@code to} has
 * @param removed components that only {@code from} has
 * @param kept components that both have
 * @param changes everything else that differs
 */
public record Comparison(
        Version from, Version to, List<String> added, List<String> removed, List<String> kept, List<Change> changes) {
    /** @param field such as {@code protocol.ablation} @param from null where it was absent */
    public record Change(
            String field,

            @Nullable @Schema(nullable = true, implementation = Object.class)
            JsonNode from,

            @Nullable @Schema(nullable = true, implementation = Object.class)
            JsonNode to) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    static Comparison of(Version from, Version to) {
        List<String> before = from.content().circuit();
        List<String> after = to.content().circuit();
        return new Comparison(
                from,
                to,
                after.stream().filter(node -> !before.contains(node)).toList(),
                before.stream().filter(node -> !after.contains(node)).toList(),
                before.stream().filter(after::contains).toList(),
                changes(from.content(), to.content()));
    }

    private static List<Change> changes(VersionContent from, VersionContent to) {
        SortedMap<String, JsonNode> before = flat(from);
        SortedMap<String, JsonNode> after = flat(to);
        SortedMap<String, JsonNode> all = new TreeMap<>(before);
        all.putAll(after);
        List<Change> changes = new ArrayList<>();
        for (String field : all.keySet()) {
            JsonNode then = before.get(field);
            JsonNode now = after.get(field);
            if (then == null || !then.equals(now)) {
                changes.add(new Change(field, then, now));
            }
        }
        return changes;
    }

    /** Fields by their path, those of a group by group and name. */
    private static SortedMap<String, JsonNode> flat(VersionContent content) {
        ObjectNode tree;
        try {
            tree = (ObjectNode) JSON.readTree(content.canonical());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a canonical form can't be read", e);
        }
        tree.remove("circuit");
        SortedMap<String, JsonNode> flat = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : tree.properties()) {
            if (field.getValue() instanceof ObjectNode group) {
                group.properties().forEach(inner -> flat.put(field.getKey() + "." + inner.getKey(), inner.getValue()));
            } else {
                flat.put(field.getKey(), field.getValue());
            }
        }
        return flat;
    }
}
