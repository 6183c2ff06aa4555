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
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Reach;
import dev.unembed.engine.transformer.Transformer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Logit differences of a prompt set under ablations, many variants of a model at once.
 *
 * <p>Variants of the same prompts run as one batch that begins at the first block and position where any of them differs
 * from the whole model, and unembeds answer and foil at the last position only.
 *
 * <p>Deterministic: which variants run together depends on the list alone.
 */
public final class CircuitEvaluation {
    /** Activations of a batch held at a time. */
    private static final long BATCH_BYTES = 96L << 20;

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
        Torch.prepareThread(Torch.cores());
        this.transformer = transformer;
        this.examples = List.copyOf(examples);
        this.groups = PromptGroup.of(examples);
        this.known = known;
        this.keys = name + " ";
        this.meter = meter;
        this.replacements = new Replacements(transformer, this.examples, ablation, seed, new Work(meter));
    }

    /** Refuses what a run could only find out later. */
    public static void require(List<ResolvedExample> examples, Ablation ablation) {
        Replacements.require(examples, ablation);
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
        Torch.prepareThread(Torch.cores());
        List<double[]> values = new ArrayList<>();
        for (Variant variant : variants) {
            values.add(known.values(keys + variant.key(), examples.size()));
        }
        // variants that begin late go together, so that they needn't begin early
        List<Integer> order = new ArrayList<>();
        for (int v = 0; v < variants.size(); v++) {
            order.add(v);
        }
        order.sort(Comparator.comparing(v -> variants.get(v).firstLayer(Integer.MAX_VALUE)));
        for (PromptGroup group : groups) {
            int size = variantsPerBatch(group);
            List<List<Integer>> batches = new ArrayList<>();
            for (int from = 0; from < order.size(); from += size) {
                List<Integer> batch = order.subList(from, Math.min(order.size(), from + size));
                if (batch.stream()
                        .anyMatch(v -> group.members().stream().anyMatch(e -> Double.isNaN(values.get(v)[e])))) {
                    batches.add(batch);
                } else {
                    meter.advance((long) batch.size() * group.size());
                }
            }
            if (!batches.isEmpty()) {
                evaluate(group, variants, batches, values);
            }
        }
        return values;
    }

    private int variantsPerBatch(PromptGroup group) {
        Blueprint b = transformer.blueprint();
        long perRow = Float.BYTES
                * (8L * b.dModel() + 3L * b.mlp().dMlp() + (long) b.attention().nHeads() * group.positions());
        long rows = (long) group.size() * group.positions();
        return (int) Math.clamp(BATCH_BYTES / (perRow * rows), 1, MOST_VARIANTS);
    }

    private void evaluate(
            PromptGroup group, List<Variant> variants, List<List<Integer>> batches, List<double[]> values) {
        Work work = new Work(meter);
        try (TensorScope scope = new TensorScope()) {
            Recorder streams = new Recorder(Set.of(Site.RESID_PRE), scope);
            KeyValues keyValues = new KeyValues(transformer.blueprint().layers(), scope);
            NDArray whole = transformer.streams(
                    group.ids(),
                    Reach.everything(group.positions()),
                    streams.and(keyValues).and(work),
                    scope);
            Replacements.Of ofGroup = replacements.of(group, scope, work);
            for (List<Integer> batch : batches) {
                List<Variant> together = batch.stream().map(variants::get).toList();
                double[][] found = together.stream().allMatch(v -> v.ablated().isEmpty())
                        ? repeated(differences(whole, group, 1), batch.size())
                        : run(together, group, streams, keyValues, ofGroup, work);
                for (int v = 0; v < found.length; v++) {
                    double[] ofVariant = values.get(batch.get(v));
                    for (int p = 0; p < group.size(); p++) {
                        int example = group.members().get(p);
                        // what is known stays as it is to the last bit, whatever it is computed beside
                        ofVariant[example] = Double.isNaN(ofVariant[example]) ? found[v][p] : ofVariant[example];
                    }
                }
                meter.advance((long) batch.size() * group.size());
                known.changed();
            }
        }
    }

    private static double[][] repeated(double[][] one, int times) {
        double[][] all = new double[times][];
        java.util.Arrays.fill(all, one[0]);
        return all;
    }

    private double[][] run(
            List<Variant> variants,
            PromptGroup group,
            Recorder streams,
            KeyValues keyValues,
            Replacements.Of ofGroup,
            Probe work) {
        Blueprint blueprint = transformer.blueprint();
        int first = variants.stream()
                .mapToInt(v -> v.firstLayer(blueprint.layers() - 1))
                .min()
                .orElseThrow();
        int from = firstPosition(variants, group);
        try (TensorScope scope = new TensorScope()) {
            TensorOps ops = scope.ops();
            NDArray entering = streams.at(Site.RESID_PRE, first); // [prompt pos d_model]
            NDArray repeated = ops.repeat(
                    from == 0 ? entering : ops.narrow(entering, 1, from, group.positions()), variants.size());
            VariantEdits edits = new VariantEdits(
                    variants,
                    group,
                    ofGroup,
                    blueprint.layers(),
                    blueprint.attention().nHeads());
            Reach reach = from == 0 ? Reach.toEnd(group.positions()) : Reach.toEnd(group.positions(), from, keyValues);
            NDArray end = transformer.resume(new Entry.AtBlock(first, repeated), reach, edits.and(work), scope);
            return differences(end, group, variants.size());
        }
    }

    /** The first position at which any variant is ablated in any prompt; those before are as in the whole model. */
    private static int firstPosition(List<Variant> variants, PromptGroup group) {
        int first = group.positions() - 1;
        for (Variant variant : variants) {
            for (Places places : variant.ablated().values()) {
                if (places.everywhere()) {
                    return 0;
                }
                for (ResolvedExample example : group.examples()) {
                    boolean[] ablated = places.of(example.positions(), group.positions());
                    for (int t = 0; t < first; t++) {
                        if (ablated[t]) {
                            first = t;
                        }
                    }
                }
            }
        }
        return first;
    }

    private double[][] differences(NDArray stream, PromptGroup group, int variants) {
        float[][] logits = transformer.logitsAtEnd(stream, group.tokens(variants));
        double[][] differences = new double[variants][group.size()];
        for (int i = 0; i < logits.length; i++) {
            differences[i / group.size()][i % group.size()] = (double) logits[i][0] - logits[i][1];
        }
        return differences;
    }
}
