package dev.unembed.engine.circuit;

import dev.unembed.engine.prompt.ResolvedExample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Prompts of one template and one length, few enough to run together. Their positions mean the same, so a mean over them
 * does too.
 *
 * @param alike which prompts share a mean: template and length
 * @param members indices in the list of all examples
 */
record PromptGroup(String alike, List<Integer> members, List<ResolvedExample> examples) {
    /** Rows of a pass that is kept in memory with all its layers. */
    private static final int MOST_ROWS = 2048;

    /** In the order of first appearance within equal lengths; deterministic. */
    static List<PromptGroup> of(List<ResolvedExample> examples) {
        Map<String, List<Integer>> byKey = new TreeMap<>();
        for (int i = 0; i < examples.size(); i++) {
            byKey.computeIfAbsent(key(examples.get(i)), key -> new ArrayList<>())
                    .add(i);
        }
        List<PromptGroup> groups = new ArrayList<>();
        byKey.forEach((key, indices) -> {
            int length = examples.get(indices.getFirst()).ids().length;
            int size = Math.max(1, MOST_ROWS / length);
            for (int from = 0; from < indices.size(); from += size) {
                List<Integer> members = List.copyOf(indices.subList(from, Math.min(indices.size(), from + size)));
                groups.add(new PromptGroup(
                        key, members, members.stream().map(examples::get).toList()));
            }
        });
        return groups;
    }

    static String key(ResolvedExample example) {
        return String.format("%06d ", example.ids().length)
                + Objects.requireNonNullElse(example.example().template(), "");
    }

    int size() {
        return members.size();
    }

    int positions() {
        return examples.getFirst().ids().length;
    }

    int[][] ids() {
        return examples.stream().map(ResolvedExample::ids).toArray(int[][]::new);
    }

    int[][] corruptedIds() {
        return examples.stream()
                .map(example -> Objects.requireNonNull(example.corruptedIds()))
                .toArray(int[][]::new);
    }

    /** Answer and foil of every prompt, for so many variants of them. @return [variant·prompt 2] */
    int[][] tokens(int variants) {
        int[][] tokens = new int[variants * size()][];
        for (int i = 0; i < tokens.length; i++) {
            ResolvedExample example = examples.get(i % size());
            tokens[i] = new int[] {example.answerId(), example.foilId()};
        }
        return tokens;
    }
}
