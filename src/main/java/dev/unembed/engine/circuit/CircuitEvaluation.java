package dev.unembed.engine.circuit;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Entry;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.KeyValues;
import dev.unembed.engine.transformer.PassMemory;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Reach;
import dev.unembed.engine.transformer.Transformer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Logit differences of a prompt set under ablations, many variants of a model at once.
 *
 * <p>Variants of the same prompts run as one batch that begins at the first block and position where any of them differs
 * from a run that is known, and unembeds answer and foil at the last position only. Two runs are known: the whole model's,
 * where the ablation of a few nodes begins, and the one with everything ablated that any of the variants ablates, where
 * circuits begin: up to their first node they are all alike.
 *
 * <p>Deterministic: which variants run together depends on the list alone.
 */
public final class CircuitEvaluation {
    private static final int MOST_VARIANTS = 256;

    private final Transformer transformer;
    private final List<ResolvedExample> examples;
    private final List<PromptGroup> groups;
    private final Replacements replacements;
    private final Evaluations known;
    private final String keys;
    private final Meter meter;

    /**
     * @param known what was computed before is taken from there, what is computed is put there
     * @param name of set and ablation in {@code known}
     * @param meter advanced by one per variant and example
     * @throws dev.unembed.engine.InvalidInput if the examples give no reference for the ablation
     */
    public CircuitEvaluation(
            Transformer transformer,
            List<ResolvedExample> examples,
            Ablation ablation,
            long seed,
            Evaluations known,
            String name,
            Meter meter) {
        this.transformer = transformer;
        this.examples = List.copyOf(examples);
        this.groups = PromptGroup.of(examples);
        this.known = known;
        this.keys = name + " ";
        this.meter = meter;
        prepareThread(examples.stream().mapToLong(e -> e.ids().length).sum());
        this.replacements = new Replacements(transformer, this.examples, ablation, seed, new Work(meter));
    }

    /** Refuses what a run could only find out later. */
    public static void require(List<ResolvedExample> examples, Ablation ablation) {
        Replacements.require(examples, ablation);
    }

    /**
     * Bytes of memory that evaluations of a set take at their peak, beside the model's weights.
     *
     * @param variants how many are evaluated together, at most
     */
    public static long memoryBytes(Blueprint b, List<ResolvedExample> examples, Ablation ablation, int variants) {
        long most = Replacements.memoryBytesOfMaking(b, examples, ablation);
        for (PromptGroup group : PromptGroup.of(examples)) {
            long rows = (long) group.size() * group.positions();
            long bases = 2 * b.layers() * (rows * b.dModel() * Float.BYTES + PassMemory.keysAndValues(b, rows));
            long together = Math.min(variants, group.variantsPerBatch(b, MOST_VARIANTS));
            // what enters, and z and mlpOut with replacements in them
            long edited = rows * together * (2 * PassMemory.headWidth(b) + 3L * b.dModel()) * Float.BYTES;
            most = Math.max(
                    most,
                    bases
                            + Replacements.memoryBytesOf(b, group, ablation)
                            + edited
                            + PassMemory.bytes(b, together * group.size(), group.positions(), false));
        }
        return most;
    }

    /** Bytes that this takes as long as it lives. */
    public static long memoryBytesKept(Blueprint b, List<ResolvedExample> examples, Ablation ablation) {
        return Replacements.memoryBytes(b, examples, ablation);
    }

    public List<ResolvedExample> examples() {
        return examples;
    }

    /** One logit difference per example. */
    public double[] of(Variant variant) {
        return of(List.of(variant)).getFirst();
    }

    /** Logit differences [variant][example]. */
    public List<double[]> of(List<Variant> variants) {
        List<double[]> values = new ArrayList<>();
        for (Variant variant : variants) {
            values.add(known.values(keys + variant.key(), examples.size()));
        }
        List<Variant> bases = List.of(Variant.whole(), Variant.union(variants));
        for (PromptGroup group : groups) {
            try (TensorScope scope = new TensorScope()) {
                Replacements.@Nullable Of ofGroup = null;
                for (Variant base : bases) {
                    List<List<Integer>> batches = batches(
                            variants, bases, base, group.variantsPerBatch(transformer.blueprint(), MOST_VARIANTS));
                    BaseRun run = null;
                    for (List<Integer> batch : batches) {
                        if (batch.stream().anyMatch(v -> isUnknown(values.get(v), group))) {
                            ofGroup = ofGroup == null ? replacements.of(group, scope, new Work(meter)) : ofGroup;
                            run = run == null ? new BaseRun(base, group, ofGroup, scope) : run;
                            List<Variant> together =
                                    batch.stream().map(variants::get).toList();
                            keep(run.differences(together), batch, values, group);
                            known.changed();
                        }
                        meter.advance((long) batch.size() * group.size());
                    }
                }
            }
        }
        return values;
    }

    private static boolean isUnknown(double[] values, PromptGroup group) {
        return group.members().stream().anyMatch(example -> Double.isNaN(values[example]));
    }

    /** What is known stays as it is to the last bit, whatever it is computed beside. */
    private static void keep(double[][] found, List<Integer> batch, List<double[]> values, PromptGroup group) {
        for (int v = 0; v < found.length; v++) {
            double[] ofVariant = values.get(batch.get(v));
            for (int p = 0; p < group.size(); p++) {
                int example = group.members().get(p);
                ofVariant[example] = Double.isNaN(ofVariant[example]) ? found[v][p] : ofVariant[example];
            }
        }
    }

    /** Those variants that agree with this base longest; who agree about as long run together. */
    private List<List<Integer>> batches(List<Variant> variants, List<Variant> bases, Variant base, int size) {
        int layers = transformer.blueprint().layers();
        List<Integer> order = new ArrayList<>();
        for (int v = 0; v < variants.size(); v++) {
            Variant variant = variants.get(v);
            Variant nearest = bases.stream()
                    .max(Comparator.comparing(b -> variant.firstLayerUnlike(b, layers)))
                    .orElseThrow();
            // at a tie the last is taken by max, and the first is the whole model
            boolean nearWhole =
                    variant.firstLayerUnlike(bases.getFirst(), layers) == variant.firstLayerUnlike(nearest, layers);
            if ((nearWhole ? bases.getFirst() : nearest) == base) {
                order.add(v);
            }
        }
        order.sort(Comparator.comparing(v -> variants.get(v).firstLayerUnlike(base, layers)));
        List<List<Integer>> batches = new ArrayList<>();
        for (int from = 0; from < order.size(); from += size) {
            batches.add(order.subList(from, Math.min(order.size(), from + size)));
        }
        return batches;
    }

    private void prepareThread(long rows) {
        Torch.prepareThread(Torch.threadsFor(transformer.multiplications(rows)));
    }

    /** A run of one group that others begin from, kept with the streams that enter its blocks. */
    private final class BaseRun {
        private final Variant variant;
        private final PromptGroup group;
        private final Replacements.Of replacements;
        private final Recorder streams;
        private final KeyValues keyValues;
        private final NDArray end;

        BaseRun(Variant variant, PromptGroup group, Replacements.Of replacements, TensorScope scope) {
            this.variant = variant;
            this.group = group;
            this.replacements = replacements;
            streams = new Recorder(Set.of(Site.RESID_PRE), scope);
            keyValues = new KeyValues(transformer.blueprint().layers(), scope);
            prepareThread((long) group.size() * group.positions());
            Probe seen = edits(List.of(variant)).and(streams).and(keyValues).and(new Work(meter));
            end = transformer.streams(group.ids(), Reach.everything(group.positions()), seen, scope);
        }

        private VariantEdits edits(List<Variant> variants) {
            Blueprint blueprint = transformer.blueprint();
            return new VariantEdits(
                    variants,
                    group,
                    replacements,
                    blueprint.layers(),
                    blueprint.attention().nHeads());
        }

        /** @return [variant prompt] */
        double[][] differences(List<Variant> variants) {
            if (variants.stream().allMatch(variant::equals)) {
                double[][] all = new double[variants.size()][];
                Arrays.fill(all, group.differences(transformer, end, 1)[0]);
                return all;
            }
            int last = transformer.blueprint().layers() - 1;
            int first = variants.stream()
                    .mapToInt(v -> v.firstLayerUnlike(variant, last))
                    .min()
                    .orElseThrow();
            int from = variants.stream()
                    .mapToInt(v -> v.firstPositionUnlike(variant, group))
                    .min()
                    .orElseThrow();
            int positions = group.positions();
            prepareThread((long) variants.size() * group.size() * (positions - from));
            try (TensorScope scope = new TensorScope()) {
                TensorOps ops = scope.ops();
                NDArray entering = streams.at(Site.RESID_PRE, first); // [prompt pos d_model]
                NDArray repeated =
                        ops.repeat(from == 0 ? entering : ops.narrow(entering, 1, from, positions), variants.size());
                Reach reach = from == 0 ? Reach.toEnd(positions) : Reach.toEnd(positions, from, keyValues);
                Probe edits = edits(variants).and(new Work(meter));
                NDArray ends = transformer.resume(new Entry.AtBlock(first, repeated), reach, edits, scope);
                return group.differences(transformer, ends, variants.size());
            }
        }
    }
}
