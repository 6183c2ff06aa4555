package dev.unembed.engine.circuit;

import dev.unembed.engine.attribution.DirectLogitAttribution;
import dev.unembed.engine.attribution.Ledger;
import dev.unembed.engine.attribution.Question;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.ComponentId;
import dev.unembed.engine.transformer.PassMemory;
import dev.unembed.engine.transformer.Transformer;
import java.util.List;

/**
 * Direct votes under ablations: who steps in when a node is gone, and how much of it is only the final norm dividing by
 * another number.
 */
public final class SelfRepair {
    private final Transformer transformer;
    private final DirectLogitAttribution attribution;
    private final List<PromptGroup> groups;
    private final Replacements replacements;
    private final int examples;
    private final Meter meter;

    /**
     * Mean votes over all examples.
     *
     * @param votes in the order of {@link #lines}
     * @param ofScale what the whole model's votes would be if only the final norm's scale were this variant's
     * @param residual the largest of any example
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Votes(double[] votes, double[] ofScale, double residual) {}

    public SelfRepair(
            Transformer transformer, List<ResolvedExample> examples, Ablation ablation, long seed, Meter meter) {
        long rows = examples.stream().mapToLong(e -> e.ids().length).sum();
        Torch.prepareThread(Torch.threadsFor(transformer.multiplications(rows)));
        this.transformer = transformer;
        this.attribution = new DirectLogitAttribution(transformer);
        this.groups = PromptGroup.of(examples);
        this.examples = examples.size();
        this.meter = meter;
        this.replacements = new Replacements(transformer, List.copyOf(examples), ablation, seed, new Work(meter));
    }

    /** Bytes of memory at the peak, beside the model's weights. */
    public static long memoryBytes(Blueprint b, List<ResolvedExample> examples, Ablation ablation) {
        long edited = 2 * (PassMemory.headWidth(b) + b.dModel()) * Float.BYTES;
        long passes = PromptGroup.of(examples).stream()
                .mapToLong(group -> DirectLogitAttribution.memoryBytesUnder(b, group.size(), group.positions())
                        + Replacements.memoryBytesOf(b, group, ablation)
                        + edited * group.size() * group.positions())
                .max()
                .orElse(0);
        return Replacements.memoryBytes(b, examples, ablation)
                + Math.max(passes, Replacements.memoryBytesOfMaking(b, examples, ablation));
    }

    public List<ComponentId> lines() {
        return attribution.decomposition().lines();
    }

    /** Votes of the whole model and of variants of it; the whole is first. Every one advances the meter by the examples. */
    public List<Votes> of(List<Variant> variants) {
        int lines = lines().size();
        double[][] votes = new double[variants.size() + 1][lines];
        double[][] ofScale = new double[variants.size() + 1][lines];
        double[] residuals = new double[variants.size() + 1];
        Blueprint blueprint = transformer.blueprint();
        for (PromptGroup group : groups) {
            List<Question> questions = group.examples().stream()
                    .map(e -> new Question(e.ids(), e.answerId(), e.foilId()))
                    .toList();
            Work work = new Work(meter);
            List<Ledger> whole = attribution.under(work, questions, new Meter(1));
            add(whole, whole, votes[0], ofScale[0]);
            residuals[0] = Math.max(residuals[0], residual(whole));
            meter.advance(group.size());
            try (TensorScope scope = new TensorScope()) {
                Replacements.Of ofGroup = replacements.of(group, scope, work);
                for (int v = 0; v < variants.size(); v++) {
                    VariantEdits edits = new VariantEdits(
                            List.of(variants.get(v)),
                            group,
                            ofGroup,
                            blueprint.layers(),
                            blueprint.attention().nHeads());
                    List<Ledger> changed = attribution.under(edits.and(work), questions, new Meter(1));
                    add(changed, whole, votes[v + 1], ofScale[v + 1]);
                    residuals[v + 1] = Math.max(residuals[v + 1], residual(changed));
                    meter.advance(group.size());
                }
            }
        }
        List<Votes> all = new java.util.ArrayList<>();
        for (int v = 0; v < votes.length; v++) {
            all.add(new Votes(votes[v], ofScale[v], residuals[v]));
        }
        return all;
    }

    private void add(List<Ledger> ledgers, List<Ledger> whole, double[] votes, double[] ofScale) {
        for (int e = 0; e < ledgers.size(); e++) {
            double ratio = whole.get(e).finalScale() / ledgers.get(e).finalScale();
            for (int line = 0; line < votes.length; line++) {
                votes[line] += ledgers.get(e).votes()[line] / examples;
                ofScale[line] += whole.get(e).votes()[line] * (scaled(line) ? ratio : 1) / examples;
            }
        }
    }

    /** Lines that the final norm's scale doesn't touch stay as they are. */
    private boolean scaled(int line) {
        return switch (lines().get(line)) {
            case ComponentId.FinalNormBias bias -> false;
            case ComponentId.UnembeddingBias bias -> false;
            case ComponentId.SoftCap cap -> false;
            default -> true;
        };
    }

    private static double residual(List<Ledger> ledgers) {
        return ledgers.stream().mapToDouble(l -> Math.abs(l.residual())).max().orElse(0);
    }
}
