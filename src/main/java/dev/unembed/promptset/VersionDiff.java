package dev.unembed.promptset;

import dev.unembed.engine.prompt.PromptExample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What became of a version's examples in another. Examples are the same by their prompt: one whose prompt stays and whose
 * answer, foil or anything else differs was changed.
 *
 * @param unchanged how many are in both, alike
 */
public record VersionDiff(
        int from,
        int to,
        List<PromptExample> added,
        List<PromptExample> removed,
        List<Changed> changed,
        int unchanged) {
    /** @param fields what differs */
    public record Changed(PromptExample before, PromptExample after, Set<String> fields) {}

    static VersionDiff between(int from, List<PromptExample> before, int to, List<PromptExample> after) {
        Map<String, List<PromptExample>> left = new LinkedHashMap<>();
        before.forEach(each ->
                left.computeIfAbsent(each.prompt(), prompt -> new ArrayList<>()).add(each));
        List<PromptExample> unpaired = new ArrayList<>();
        int unchanged = 0;
        for (PromptExample example : after) {
            // what stayed as it is comes first, or a changed namesake would take its place
            if (left.getOrDefault(example.prompt(), new ArrayList<>()).remove(example)) {
                unchanged++;
            } else {
                unpaired.add(example);
            }
        }
        List<PromptExample> added = new ArrayList<>();
        List<Changed> changed = new ArrayList<>();
        for (PromptExample example : unpaired) {
            List<PromptExample> namesakes = left.getOrDefault(example.prompt(), List.of());
            if (namesakes.isEmpty()) {
                added.add(example);
            } else {
                PromptExample old = namesakes.removeFirst();
                changed.add(new Changed(old, example, fields(old, example)));
            }
        }
        List<PromptExample> removed =
                left.values().stream().flatMap(List::stream).toList();
        return new VersionDiff(from, to, added, removed, changed, unchanged);
    }

    private static Set<String> fields(PromptExample before, PromptExample after) {
        Map<String, Boolean> same = new HashMap<>();
        same.put("answer", before.answer().equals(after.answer()));
        same.put("foil", Objects.equals(before.foil(), after.foil()));
        same.put("corrupted", Objects.equals(before.corrupted(), after.corrupted()));
        same.put("template", Objects.equals(before.template(), after.template()));
        same.put("positions", before.positions().equals(after.positions()));
        same.put("counterparts", before.counterparts().equals(after.counterparts()));
        Set<String> fields = new LinkedHashSet<>();
        for (String name : List.of("answer", "foil", "corrupted", "template", "positions", "counterparts")) {
            if (!Boolean.TRUE.equals(same.get(name))) {
                fields.add(name);
            }
        }
        return fields;
    }
}
