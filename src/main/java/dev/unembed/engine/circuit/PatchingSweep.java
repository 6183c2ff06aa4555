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
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Activation patching: one place after the other of the <em>base</em> run gets what the <em>source</em> run has there, and
 * the logit differences tell what that place carries.
 *
 * <p>All cells of a layer run as one batch that begins in the middle of that layer, at the first patched position.
 */
public final class PatchingSweep {
    private static final int MOST_COLUMNS = 64;

    private final Transformer transformer;
    private final List<ResolvedExample> examples;
    private final List<PromptGroup> groups;
    private final PatchSite site;
    private final boolean denoising;
    private final List<Column> columns;
    private final Meter meter;

    /**
     * A column of the sweep.
     *
     * @param label a token, the name of a position, or a head
     * @param head the head that is patched, or -1
     * @param position the token position that is patched, or -1 for a name or all
     * @param name of the position, or null
     */
    public record Column(
            String label, int head, int position, @Nullable String name) {
        boolean[] patched(ResolvedExample example) {
            boolean[] patched = new boolean[example.ids().length];
            if (name != null) {
                Integer named = example.positions().get(name);
                if (named == null) {
                    throw new IllegalStateException("a prompt has no position " + name);
                }
                patched[named] = true;
            } else if (position >= 0) {
                patched[position] = true;
            } else {
                Arrays.fill(patched, true);
            }
            return patched;
        }
    }

    /**
     * @param clean corrupted logit differences per example
     * @param patched [layer][column][example]
     * @param selfPatchChange the largest change of a logit difference when a run is patched with itself
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Found(double[] clean, double[] corrupted, double[][][] patched, double selfPatchChange) {}

    /**
     * @param examples all with corrupted prompts
     * @param denoising whether clean activations are put into the corrupted run, or the other way round
     * @param meter advanced by one per layer, column and example
     */
    public PatchingSweep(
            Transformer transformer,
            List<ResolvedExample> examples,
            PatchSite site,
            boolean denoising,
            List<Column> columns,
            Meter meter) {
        this.transformer = transformer;
        this.examples = List.copyOf(examples);
        this.groups = PromptGroup.of(examples);
        this.site = site;
        this.denoising = denoising;
        this.columns = List.copyOf(columns);
        this.meter = meter;
    }

    /** Bytes of memory that a sweep takes at its peak, beside the model's weights. */
    public static long memoryBytes(Blueprint b, List<ResolvedExample> examples, PatchSite site, List<Column> columns) {
        long width = site == PatchSite.HEAD ? PassMemory.headWidth(b) : b.dModel();
        long most = 0;
        for (PromptGroup group : PromptGroup.of(examples)) {
            long rows = (long) group.size() * group.positions();
            // the source run is recorded at the site alone
            long recorded = width
                    + recorded(site).stream()
                            .mapToLong(at -> at == site.hookSite() ? width : b.dModel())
                            .sum();
            long kept = b.layers() * (rows * recorded * Float.BYTES + PassMemory.keysAndValues(b, rows));
            int variants = batches(group, columns, b).getFirst().size();
            // repeated, mixed, what enters, and an array that says where
            long mixed = rows
                    * variants
                    * (4 * Math.max(width, b.dModel()) + 2L * b.attention().nHeads())
                    * Float.BYTES;
            most = Math.max(
                    most, kept + mixed + PassMemory.bytes(b, (long) variants * group.size(), group.positions(), false));
        }
        long values = 4L * Double.BYTES * b.layers() * columns.size() * examples.size(); // also as a checkpoint
        return most + values;
    }

    private static EnumSet<Site> recorded(PatchSite site) {
        EnumSet<Site> recorded = EnumSet.of(Site.RESID_PRE, site.hookSite());
        if (site == PatchSite.MLP_OUT) {
            recorded.add(Site.RESID_POST);
        }
        return recorded;
    }

    /** @param known what was computed before is taken from there, what is computed is put there */
    public Found run(Evaluations known) {
        int layers = transformer.blueprint().layers();
        double[] clean = known.values("clean", examples.size());
        double[] corrupted = known.values("corrupted", examples.size());
        double[][][] patched = new double[layers][columns.size()][];
        for (int l = 0; l < layers; l++) {
            for (int c = 0; c < columns.size(); c++) {
                patched[l][c] = known.values("L" + l + " " + columns.get(c).label() + " " + c, examples.size());
            }
        }
        double[] change = known.values("self", groups.size());
        for (int g = 0; g < groups.size(); g++) {
            PromptGroup group = groups.get(g);
            long rows = (long) group.size()
                    * group.positions()
                    * batches(group, columns, transformer.blueprint())
                            .getFirst()
                            .size();
            Torch.prepareThread(Torch.threadsFor(transformer.multiplications(rows)));
            try (TensorScope scope = new TensorScope()) {
                Runs runs = new Runs(group, scope);
                put(group, clean, denoising ? runs.source : runs.base);
                put(group, corrupted, denoising ? runs.base : runs.source);
                if (Double.isNaN(change[g])) {
                    change[g] = runs.selfPatchChange();
                }
                for (int l = 0; l < layers; l++) {
                    sweepLayer(l, runs, patched[l]);
                    known.changed();
                }
            }
        }
        return new Found(clean, corrupted, patched, Arrays.stream(change).max().orElse(0));
    }

    private static void put(PromptGroup group, double[] all, double[] ofGroup) {
        for (int p = 0; p < ofGroup.length; p++) {
            all[group.members().get(p)] = ofGroup[p];
        }
    }

    private void sweepLayer(int l, Runs runs, double[][] patched) {
        PromptGroup group = runs.group;
        for (List<Column> batch : batches(group, columns, transformer.blueprint())) {
            boolean done = batch.stream()
                    .allMatch(column ->
                            group.members().stream().noneMatch(e -> Double.isNaN(patched[columns.indexOf(column)][e])));
            if (!done) {
                double[][] found = runs.patched(l, batch, runs.sourceSeen);
                for (int c = 0; c < found.length; c++) {
                    put(group, patched[columns.indexOf(batch.get(c))], found[c]);
                }
            }
            meter.advance((long) batch.size() * group.size());
        }
    }

    /** Columns that run together: as many as memory takes, but not positions far from one another. */
    private static List<List<Column>> batches(PromptGroup group, List<Column> columns, Blueprint blueprint) {
        int most = group.variantsPerBatch(blueprint, MOST_COLUMNS);
        boolean positions = columns.stream().anyMatch(column -> column.position() >= 0);
        int size = positions ? Math.min(most, Math.max(1, group.positions() / 4)) : most;
        List<List<Column>> batches = new ArrayList<>();
        for (int from = 0; from < columns.size(); from += size) {
            batches.add(columns.subList(from, Math.min(columns.size(), from + size)));
        }
        return batches;
    }

    /** The two runs of one group, kept with all that a patch needs. */
    private final class Runs {
        final PromptGroup group;
        final Recorder baseSeen;
        final Recorder sourceSeen;
        final double[] base;
        final double[] source;
        private final KeyValues keyValues;
        private final Work work = new Work(meter);

        Runs(PromptGroup group, TensorScope scope) {
            this.group = group;
            baseSeen = new Recorder(recorded(site), scope);
            sourceSeen = new Recorder(Set.of(site.hookSite()), scope);
            keyValues = new KeyValues(transformer.blueprint().layers(), scope);
            base = pass(denoising ? group.corruptedIds() : group.ids(), baseSeen.and(keyValues), scope);
            source = pass(denoising ? group.ids() : group.corruptedIds(), sourceSeen, scope);
        }

        private double[] pass(int[][] ids, Probe probe, TensorScope scope) {
            Reach all = Reach.everything(group.positions());
            return group.differences(transformer, transformer.streams(ids, all, probe.and(work), scope), 1)[0];
        }

        /** Patching a run with itself must change nothing: checked in the middle of the model. */
        double selfPatchChange() {
            double[][] same = patched(transformer.blueprint().layers() / 2, List.of(columns.getFirst()), baseSeen);
            double worst = 0;
            for (int p = 0; p < base.length; p++) {
                worst = Math.max(worst, Math.abs(same[0][p] - base[p]));
            }
            return worst;
        }

        /** @return logit differences [column][prompt] */
        double[][] patched(int l, List<Column> batch, Recorder from) {
            int first = firstPosition(batch);
            int positions = group.positions();
            try (TensorScope scope = new TensorScope()) {
                TensorOps ops = scope.ops();
                NDArray mixed = ops.replaceInVariants(
                        repeated(baseSeen.at(site.hookSite(), l), first, batch.size(), ops),
                        keep(batch, first, ops),
                        part(from.at(site.hookSite(), l), first, ops),
                        batch.size()); // [column·prompt pos n d]
                NDArray flat = site == PatchSite.HEAD
                        ? mixed
                        : ops.reshape(
                                mixed,
                                (long) batch.size() * group.size(),
                                positions - first,
                                transformer.blueprint().dModel());
                Entry entry = switch (site) {
                    case RESID_PRE -> new Entry.AtBlock(l, flat);
                    case HEAD -> new Entry.AfterHeads(l, entering(l, first, batch.size(), ops), flat);
                    case ATTN_OUT -> new Entry.AfterAttention(l, entering(l, first, batch.size(), ops), flat);
                    case MLP_OUT -> new Entry.AtBlock(l + 1, afterMlp(l, first, batch.size(), flat, ops));
                };
                Reach reach = first == 0 ? Reach.toEnd(positions) : Reach.toEnd(positions, first, keyValues);
                return group.differences(transformer, transformer.resume(entry, reach, work, scope), batch.size());
            }
        }

        /** Those before it are as in the base run for every column. */
        private int firstPosition(List<Column> batch) {
            int first = group.positions() - 1;
            for (Column column : batch) {
                for (ResolvedExample example : group.examples()) {
                    boolean[] patched = column.patched(example);
                    for (int t = 0; t < first; t++) {
                        if (patched[t]) {
                            first = t;
                        }
                    }
                }
            }
            return first;
        }

        private NDArray entering(int l, int first, int variants, TensorOps ops) {
            NDArray stream = baseSeen.at(Site.RESID_PRE, l); // [prompt pos d_model]
            return ops.repeat(first == 0 ? stream : ops.narrow(stream, 1, first, group.positions()), variants);
        }

        /** residPost with another mlpOut in it. @param patched [column·prompt pos d_model] */
        private NDArray afterMlp(int l, int first, int variants, NDArray patched, TensorOps ops) {
            NDArray without = ops.subtract(baseSeen.at(Site.RESID_POST, l), baseSeen.at(Site.MLP_OUT, l));
            NDArray reached = first == 0 ? without : ops.narrow(without, 1, first, group.positions());
            return ops.add(ops.repeat(reached, variants), patched);
        }

        /** @return [column·prompt pos n d] */
        private NDArray repeated(NDArray x, int first, int variants, TensorOps ops) {
            NDArray rows = part(x, first, ops); // [prompt pos n d]
            long[] axes = rows.getShape().getShape();
            NDArray flat = ops.reshape(rows, axes[0], axes[1], axes[2] * axes[3]);
            return ops.reshape(ops.repeat(flat, variants), axes[0] * variants, axes[1], axes[2], axes[3]);
        }

        /** From a position on, with an axis for heads. @return [prompt pos n d] */
        private NDArray part(NDArray x, int first, TensorOps ops) {
            NDArray reached = first == 0 ? x : ops.narrow(x, 1, first, group.positions());
            return site == PatchSite.HEAD ? reached : Replacements.withUnitAxis(reached, ops);
        }

        /** @return [column prompt pos n 1] */
        private NDArray keep(List<Column> batch, int first, TensorOps ops) {
            int n = site == PatchSite.HEAD ? transformer.blueprint().attention().nHeads() : 1;
            int computed = group.positions() - first;
            float[] keep = new float[batch.size() * group.size() * computed * n];
            Arrays.fill(keep, 1);
            for (int c = 0; c < batch.size(); c++) {
                for (int p = 0; p < group.size(); p++) {
                    boolean[] patched = batch.get(c).patched(group.examples().get(p));
                    for (int t = 0; t < computed; t++) {
                        if (patched[first + t]) {
                            int place = ((c * group.size() + p) * computed + t) * n
                                    + Math.max(0, batch.get(c).head());
                            keep[place] = 0;
                        }
                    }
                }
            }
            return ops.create(keep, batch.size(), group.size(), computed, n, 1);
        }
    }
}
