package dev.unembed.engine.circuit;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.HookPoint;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.PassMemory;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Reach;
import dev.unembed.engine.transformer.Transformer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** What stands in the place of ablated nodes, for one prompt set and one kind of ablation. */
final class Replacements {
    private static final Set<Site> ABLATED = Set.of(Site.Z, Site.MLP_OUT);
    private static final int MOST_ROWS = 2048;

    private final Transformer transformer;
    private final Ablation ablation;
    /** By template and length. */
    private final Map<String, Means> means = new HashMap<>();
    /** For resampling without corrupted prompts: whose activations each example gets. */
    private final int[] partner;

    private final List<ResolvedExample> examples;

    /** @param z mlpOut per block, [pos head·d_head] and [pos d_model], as sums divided by their count */
    @SuppressWarnings("ArrayRecordComponent")
    private record Means(int positions, float[][] z, float[][] mlpOut) {}

    /**
     * Runs the reference once, where means are asked for.
     *
     * @throws InvalidInput if there is no reference that means anything
     */
    Replacements(Transformer transformer, List<ResolvedExample> examples, Ablation ablation, long seed, Probe work) {
        this.transformer = transformer;
        this.examples = examples;
        this.ablation = ablation;
        this.partner = new int[examples.size()];
        switch (ablation.value()) {
            case ZERO -> {}
            case MEAN ->
                references(examples, ablation.reference()).forEach((key, ids) -> means.put(key, mean(ids, work)));
            case RESAMPLE -> {
                if (examples.stream().anyMatch(example -> example.corruptedIds() == null)) {
                    pair(seed);
                }
            }
        }
    }

    /**
     * Refuses what a run could only find out later.
     *
     * @throws InvalidInput naming the example that has no reference, and what to do
     */
    static void require(List<ResolvedExample> examples, Ablation ablation) {
        switch (ablation.value()) {
            case ZERO -> {}
            case MEAN -> references(examples, ablation.reference());
            case RESAMPLE -> {
                if (examples.stream().anyMatch(example -> example.corruptedIds() == null)) {
                    requireCompany(examples, "resampling without corrupted prompts takes another prompt's activations");
                }
            }
        }
    }

    private static Map<String, List<int[]>> references(List<ResolvedExample> examples, Ablation.Reference reference) {
        Map<String, List<int[]>> ids = new HashMap<>();
        if (reference == Ablation.Reference.SET) {
            requireCompany(examples, "a mean over one prompt is the prompt itself and ablates nothing");
            examples.forEach(example -> ids.computeIfAbsent(PromptGroup.key(example), key -> new ArrayList<>())
                    .add(example.ids()));
            return ids;
        }
        for (int i = 0; i < examples.size(); i++) {
            ResolvedExample example = examples.get(i);
            if (example.counterparts().isEmpty()) {
                throw new InvalidInput(
                        "Example " + (i + 1) + " has no counterparts, whose mean reference 'counterparts'"
                                + " takes. Give it some (prompts of the same template and length about unrelated things), or"
                                + " choose reference 'set'.");
            }
            ids.computeIfAbsent(PromptGroup.key(example), key -> new ArrayList<>())
                    .addAll(example.counterparts());
        }
        return ids;
    }

    private static void requireCompany(List<ResolvedExample> examples, String why) {
        Map<String, Integer> counts = new HashMap<>();
        examples.forEach(example -> counts.merge(PromptGroup.key(example), 1, Integer::sum));
        for (int i = 0; i < examples.size(); i++) {
            if (counts.getOrDefault(PromptGroup.key(examples.get(i)), 0) < 2) {
                throw new InvalidInput("Example " + (i + 1) + " is the only one of its template and length ("
                        + examples.get(i).ids().length + " tokens): " + why + ". Add prompts like it, take it out, or"
                        + " choose ablation 'zero'.");
            }
        }
    }

    /** Everyone gets the next one's of a shuffled round, so nobody gets their own. */
    private void pair(long seed) {
        Map<String, List<Integer>> alike = new java.util.TreeMap<>();
        for (int i = 0; i < examples.size(); i++) {
            alike.computeIfAbsent(PromptGroup.key(examples.get(i)), key -> new ArrayList<>())
                    .add(i);
        }
        Random random = new Random(seed);
        for (List<Integer> round : alike.values()) {
            Collections.shuffle(round, random);
            for (int i = 0; i < round.size(); i++) {
                partner[round.get(i)] = round.get((i + 1) % round.size());
            }
        }
    }

    private Means mean(List<int[]> ids, Probe work) {
        int positions = ids.getFirst().length;
        int layers = transformer.blueprint().layers();
        float[][] z = new float[layers][];
        float[][] mlpOut = new float[layers][];
        int size = Math.max(1, MOST_ROWS / positions);
        for (int from = 0; from < ids.size(); from += size) {
            List<int[]> part = ids.subList(from, Math.min(ids.size(), from + size));
            try (TensorScope scope = new TensorScope()) {
                Probe adding = new Probe() {
                    @Override
                    public boolean wants(HookPoint point) {
                        return ABLATED.contains(point.site());
                    }

                    @Override
                    public NDArray see(HookPoint point, NDArray tensor, TensorOps ops) {
                        float[] sum = ops.sumFirst(tensor).toFloatArray();
                        float[][] sums = point.site() == Site.Z ? z : mlpOut;
                        sums[point.layer()] = plus(sums[point.layer()], sum, 1f / ids.size());
                        return tensor;
                    }
                };
                transformer.streams(part.toArray(int[][]::new), Reach.everything(positions), adding.and(work), scope);
            }
        }
        return new Means(positions, z, mlpOut);
    }

    private static float[] plus(float @org.jspecify.annotations.Nullable [] sums, float[] more, float factor) {
        float[] all = sums == null ? new float[more.length] : sums;
        for (int i = 0; i < all.length; i++) {
            all[i] += more[i] * factor;
        }
        return all;
    }

    /** For one group of prompts; its tensors are the scope's. */
    Of of(PromptGroup group, TensorScope scope, Probe work) {
        return switch (ablation.value()) {
            case ZERO -> {
                NDArray zero = scope.ops().create(new float[] {0}, 1, 1, 1, 1);
                yield (site, layer) -> zero;
            }
            case MEAN -> {
                Means found = means.get(group.alike());
                if (found == null) {
                    throw new IllegalStateException("no mean for prompts like " + group.alike());
                }
                Map<HookPoint, NDArray> made = new HashMap<>(); // once: every batch asks for them again
                yield (site, layer) -> made.computeIfAbsent(
                        HookPoint.at(site, layer), point -> meanTensor(found, site, layer, scope.ops()));
            }
            case RESAMPLE -> {
                Recorder recorder = new Recorder(ABLATED, scope);
                transformer.streams(others(group), Reach.everything(group.positions()), recorder.and(work), scope);
                yield (site, layer) ->
                        site == Site.Z ? recorder.at(site, layer) : withUnitAxis(recorder.at(site, layer), scope.ops());
            }
        };
    }

    /** Bytes that the means of some examples take as long as this lives. */
    static long memoryBytes(Blueprint b, List<ResolvedExample> examples, Ablation ablation) {
        if (ablation.value() != Ablation.Value.MEAN) {
            return 0;
        }
        return references(examples, ablation.reference()).values().stream()
                .mapToLong(ids -> b.layers() * width(b) * ids.getFirst().length * Float.BYTES)
                .sum();
    }

    /** The same at most while they are made. */
    static long memoryBytesOfMaking(Blueprint b, List<ResolvedExample> examples, Ablation ablation) {
        if (ablation.value() != Ablation.Value.MEAN) {
            return 0;
        }
        return references(examples, ablation.reference()).values().stream()
                .mapToLong(ids -> {
                    int positions = ids.getFirst().length;
                    long together = Math.min(ids.size(), Math.max(1, MOST_ROWS / positions));
                    return PassMemory.bytes(b, together, positions, false);
                })
                .max()
                .orElse(0);
    }

    /** The same of what {@link #of} makes for a group. */
    static long memoryBytesOf(Blueprint b, PromptGroup group, Ablation ablation) {
        long places = b.layers() * width(b) * group.positions() * Float.BYTES;
        return switch (ablation.value()) {
            case ZERO -> 0;
            case MEAN -> places;
            case RESAMPLE -> places * group.size();
        };
    }

    /** z and mlpOut. */
    private static long width(Blueprint b) {
        return PassMemory.headWidth(b) + b.dModel();
    }

    private int[][] others(PromptGroup group) {
        if (examples.stream().allMatch(example -> example.corruptedIds() != null)) {
            return group.corruptedIds();
        }
        return group.members().stream()
                .map(member -> examples.get(partner[member]).ids())
                .toArray(int[][]::new);
    }

    private NDArray meanTensor(Means found, Site site, int layer, TensorOps ops) {
        var shape = transformer.blueprint().attention();
        return site == Site.Z
                ? ops.create(found.z()[layer], 1, found.positions(), shape.nHeads(), shape.dHead())
                : ops.create(
                        found.mlpOut()[layer],
                        1,
                        found.positions(),
                        1,
                        transformer.blueprint().dModel());
    }

    static NDArray withUnitAxis(NDArray x, TensorOps ops) {
        long[] axes = x.getShape().getShape();
        return ops.reshape(x, axes[0], axes[1], 1, axes[2]);
    }

    /** Replacements by place. */
    @FunctionalInterface
    interface Of {
        /** @return [prompt|1 pos|1 n|1 d|1], where n is head for z and 1 for mlp_out */
        NDArray at(Site site, int layer);
    }
}
