package dev.unembed.engine.circuit;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Transformer;
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

    /** Activations of a batch held at a time. */
    private static final long BATCH_BYTES = 96L << 20;

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

    /** How many variants of these prompts one pass may hold, so that memory stays bounded. */
    int variantsPerBatch(Blueprint blueprint, int most) {
        long perRow = Float.BYTES
                * (8L * blueprint.dModel()
                        + 3L * blueprint.mlp().dMlp()
                        + (long) blueprint.attention().nHeads() * positions());
        return (int) Math.clamp(BATCH_BYTES / (perRow * size() * positions()), 1, most);
    }

    /**
     * Logit differences at the last position.
     *
     * @param stream the final one [variant·prompt pos d_model]
     * @return [variant prompt]
     */
    double[][] differences(Transformer transformer, NDArray stream, int variants) {
        int[][] tokens = new int[variants * size()][];
        for (int i = 0; i < tokens.length; i++) {
            ResolvedExample example = examples.get(i % size());
            tokens[i] = new int[] {example.answerId(), example.foilId()};
        }
        float[][] logits = transformer.logitsAtEnd(stream, tokens);
        double[][] differences = new double[variants][size()];
        for (int i = 0; i < logits.length; i++) {
            differences[i / size()][i % size()] = (double) logits[i][0] - logits[i][1];
        }
        return differences;
    }
}
