package dev.unembed.engine.result;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a circuit hypothesis: how much of the logit difference it accounts for, what ablations say, and the
 * verdict with its whole protocol. Figures that aren't defined are absent.
 *
 * @param components votes of the circuit's nodes beside what their ablation costs
 * @param protocols the same claim under other protocols; empty unless asked for
 * @param heldOut the same figures on prompts that were made after the claim was frozen
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CircuitVerdict(
        String kind,
        Verdict verdict,
        Accounting accounting,
        Sufficiency sufficiency,
        Necessity necessity,
        List<Example> examples,
        List<ComponentEffect> components,
        Completeness completeness,
        List<Minimality> minimality,
        @Nullable NullModel nullModel,
        List<SelfRepair> selfRepair,
        List<ProtocolLine> protocols,
        @Nullable HeldOut heldOut,
        Protocol protocol)
        implements Result {
    /** @param label {@code supported}, {@code protocol-dependent}, {@code refuted} or {@code inconclusive} */
    public record Verdict(String label, String sentence, List<Reason> reasons) {}

    public record Reason(String test, boolean passed, String sentence) {}

    /**
     * The direct votes of the claimed nodes; a sum, not a causal test.
     *
     * @param total the model's mean logit difference
     * @param claimed sum of the nodes' mean votes
     * @param share claimed / total
     * @param positiveCovered votes for the answer among them
     * @param positiveTotal all votes for the answer
     * @param negativeCovered votes against it among them, 0 or less
     * @param negativeTotal all votes against it
     * @param residual what the ledger doesn't explain, at most, over the examples
     */
    public record Accounting(
            double total,
            double claimed,
            double share,
            double positiveCovered,
            double positiveTotal,
            double negativeCovered,
            double negativeTotal,
            double residual) {}

    /**
     * @param model circuit empty mean logit differences F(M), F(C), F(∅)
     * @param normalised (F(C) - F(∅)) / (F(M) - F(∅))
     * @param ci95 bootstrap interval of the ratio of means
     * @param perExample F(C) of every example
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Sufficiency(
            double model,
            double circuit,
            double empty,
            double ratioOfMeans,
            @Nullable Double meanOfRatios,
            double normalised,
            List<Double> ci95,
            @Nullable Spread ratios,
            int undefined,
            List<Double> perExample) {}

    /** Ratios over the examples that have one. @param worst the one farthest from 1 */
    public record Spread(double q25, double median, double q75, double worst) {}

    /** @param knockout mean logit difference with the circuit ablated @param ratioOfMeans what is left of the model's */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Necessity(
            double knockout,
            double ratioOfMeans,
            @Nullable Double meanOfRatios,
            List<Double> ci95,
            List<Double> perExample) {}

    /** Logit differences of one prompt: the model's, the circuit's, and without the circuit. */
    public record Example(String prompt, String answer, String foil, double model, double circuit, double knockout) {}

    /** @param vote direct, 0 where the node isn't at END @param effect F(M) - F(M without it) */
    public record ComponentEffect(String name, double vote, double effect) {}

    /** @param worst the largest gap of all that were tried @param judged the largest of those that count (not greedy) */
    public record Completeness(double worst, double judged, List<Knockout> knockouts) {}

    /**
     * @param kind {@code random}, {@code class}, {@code whole} or {@code greedy}
     * @param circuit model F without the components
     */
    public record Knockout(String kind, List<String> components, double circuit, double model, double gap) {}

    /** @param given the components that were out already when the effect was largest @param share of F(M) */
    public record Minimality(String name, double effect, double share, boolean passed, List<String> given) {}

    /**
     * Random circuits of the same size; quantile, pValue and values are those from the same layers, the harder ones to beat.
     *
     * @param quantile share of random circuits that are farther from the model than the claim
     * @param pValue permutation p-value, corrected for the two tests (Holm)
     * @param values F of every random circuit
     */
    public record NullModel(double quantile, double pValue, List<Double> values, Draws sameLayers, Draws anywhere) {}

    /** @param asClose how many come as close to the model as the claim @param others how many other circuits there are */
    public record Draws(
            double quantile, double pValue, double pCorrected, int asClose, long others, List<Double> values) {}

    /**
     * What happens when one node is ablated.
     *
     * @param norm how far the votes of all others move by the final norm's scale alone
     * @param steppedIn whose vote changes most
     */
    public record SelfRepair(String name, double vote, double effect, double norm, List<SteppedIn> steppedIn) {}

    /** @param change of the direct vote @param norm the part of it that is the final norm's scale */
    public record SteppedIn(String name, double change, double norm) {}

    public record ProtocolLine(
            String ablation,
            String reference,
            String positions,
            String template,
            String averaging,
            double kept,
            double left,
            boolean holds) {}

    public record HeldOut(Accounting accounting, Sufficiency sufficiency, Necessity necessity) {}

    /** The declaration without which the figures mean nothing. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Protocol(
            String granularity,
            List<String> circuit,
            Map<String, List<String>> classes,
            String universe,
            int universeSize,
            String ablation,
            String reference,
            String positions,
            List<String> positionNames,
            String direction,
            String metric,
            int examples,
            int heldOut,
            @Nullable String promptSet,
            String bos,
            int randomCircuits,
            long seed,
            double minDifference,
            Map<String, Double> thresholds) {}

    @Override
    @JsonIgnore
    public ObjectNode summary() {
        ObjectNode summary = JsonNodeFactory.instance.objectNode();
        summary.put("headline", verdict.label());
        summary.put(
                "beside",
                protocol.circuit().size() + " of " + protocol.universeSize()
                        + (protocol.universe().equals("heads") ? " heads" : " components"));
        summary.put("detail", verdict.sentence());
        summary.put("verdict", verdict.label());
        summary.put("share", accounting.share());
        summary.put("sufficiency", sufficiency.ratioOfMeans());
        summary.put("necessity", necessity.ratioOfMeans());
        if (nullModel != null) {
            summary.put("pValue", nullModel.pValue());
        }
        return summary;
    }
}
