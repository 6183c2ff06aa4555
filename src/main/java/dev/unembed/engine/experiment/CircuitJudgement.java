package dev.unembed.engine.experiment;

import dev.unembed.engine.circuit.Ablation;
import dev.unembed.engine.circuit.Thresholds;
import dev.unembed.engine.result.CircuitVerdict;
import dev.unembed.engine.result.CircuitVerdict.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the figures mean for a claim, by thresholds that were fixed before.
 *
 * <p><em>Refuted</em> is what fails under its own protocol: the circuit doesn't suffice, isn't needed, lacks something, holds
 * something idle, is no better than random circuits, or doesn't hold on new prompts. <em>Protocol-dependent</em> is what holds
 * under its own protocol and fails under more than a quarter of the others, or the other way round under most.
 * <em>Inconclusive</em> is what can't be told from circuits of the same layers, or where the model hardly decides.
 * <em>Supported</em> is the rest.
 */
final class CircuitJudgement {
    /** Examples that must have a defined ratio before anything is said. */
    private static final int LEAST_EXAMPLES = 3;

    private static final double MOST_PROTOCOLS = 0.75;
    private static final double HALF_OF_PROTOCOLS = 0.5;

    private final CircuitTest.Claim claim;
    private final Thresholds thresholds;
    private final CircuitVerdict.Sufficiency sufficiency;
    private final CircuitVerdict.Necessity necessity;
    private final CircuitVerdict.Completeness completeness;
    private final List<CircuitVerdict.Minimality> minimality;
    private final List<Reason> reasons = new ArrayList<>();

    CircuitJudgement(
            CircuitTest.Claim claim,
            CircuitVerdict.Sufficiency sufficiency,
            CircuitVerdict.Necessity necessity,
            CircuitVerdict.Completeness completeness,
            List<CircuitVerdict.Minimality> minimality) {
        this.claim = claim;
        this.thresholds = claim.params().thresholds();
        this.sufficiency = sufficiency;
        this.necessity = necessity;
        this.completeness = completeness;
        this.minimality = minimality;
    }

    /** As far from 1 as the threshold on either side: keeping much more isn't being the circuit either. */
    static boolean isSufficient(double kept, Thresholds thresholds) {
        return kept >= thresholds.sufficiency() && kept <= 2 - thresholds.sufficiency();
    }

    CircuitVerdict.Verdict judge(
            CircuitVerdict.Accounting accounting,
            CircuitVerdict.@Nullable NullModel nullModel,
            List<CircuitVerdict.ProtocolLine> protocols,
            CircuitVerdict.@Nullable HeldOut heldOut) {
        boolean decides = decides();
        boolean own = reason(
                "sufficiency",
                isSufficient(sufficiency.ratioOfMeans(), thresholds),
                "Alone it keeps %s of the logit difference; %s to %s were asked for.",
                percent(sufficiency.ratioOfMeans()),
                percent(thresholds.sufficiency()),
                percent(2 - thresholds.sufficiency()));
        own &= reason(
                "necessity",
                necessity.ratioOfMeans() <= thresholds.necessity(),
                "Without it %s is left; at most %s was asked for.",
                percent(necessity.ratioOfMeans()),
                percent(thresholds.necessity()));
        double gap = completeness.judged() / Math.abs(sufficiency.model());
        boolean whole = reason(
                "completeness",
                gap <= thresholds.completeness(),
                "With parts knocked out, circuit and model differ by up to %s of the logit difference (greedy search: %s);"
                        + " at most %s was asked for.",
                percent(gap),
                percent(completeness.worst() / Math.abs(sufficiency.model())),
                percent(thresholds.completeness()));
        List<String> idle = minimality.stream()
                .filter(m -> !m.passed())
                .map(CircuitVerdict.Minimality::name)
                .toList();
        whole &= reason(
                "minimality",
                idle.isEmpty(),
                idle.isEmpty()
                        ? "Every node makes a difference of at least %s."
                        : String.join(", ", idle).replace("%", "%%") + (idle.size() == 1 ? " makes" : " make")
                                + " no difference of %s, whatever else is taken out.",
                percent(thresholds.minimality()));
        boolean beatsAny = true;
        boolean beatsSame = true;
        if (nullModel != null) {
            beatsAny = nullReason("null", nullModel.anywhere(), "drawn anywhere");
            beatsSame = nullReason("null-same-layers", nullModel.sameLayers(), "from the same layers");
        }
        boolean holdsOut = heldOut == null || heldOutReason(heldOut);
        long holding =
                protocols.stream().filter(CircuitVerdict.ProtocolLine::holds).count();
        double share = protocols.isEmpty() ? 1 : (double) holding / protocols.size();
        if (!protocols.isEmpty()) {
            reason("protocols", share >= MOST_PROTOCOLS, "Holds under %d of %d protocols.", holding, protocols.size());
        }
        String label = label(decides, own, whole && beatsAny && holdsOut, beatsSame, protocols.isEmpty(), share);
        String sentence = decides
                ? sentence(accounting, nullModel, heldOut, protocols, holding)
                : reasons.getFirst().sentence()
                        + " Shares of so little mean nothing; test the claim on prompts that the model" + " answers.";
        return new CircuitVerdict.Verdict(label, sentence, List.copyOf(reasons));
    }

    private static String label(
            boolean decides, boolean own, boolean rest, boolean beatsSame, boolean unswept, double share) {
        if (!decides) {
            return "inconclusive";
        }
        if (!own) {
            return !unswept && rest && share >= HALF_OF_PROTOCOLS ? "protocol-dependent" : "refuted";
        }
        if (!rest) {
            return "refuted";
        }
        if (share < MOST_PROTOCOLS) {
            return "protocol-dependent";
        }
        return beatsSame ? "supported" : "inconclusive";
    }

    /** Whether the model itself decides between answer and foil, often and clearly enough to speak of shares. */
    private boolean decides() {
        int defined = claim.examples().size() - sufficiency.undefined();
        return reason(
                "model",
                defined >= Math.min(LEAST_EXAMPLES, claim.examples().size())
                        && sufficiency.model() >= claim.params().minDifference(),
                "The model's logit difference is %s; on %d of %d examples it is large enough for a ratio.",
                signed(sufficiency.model()),
                defined,
                claim.examples().size());
    }

    /** Where there are too few other circuits for a small p-value, none may come as close. */
    private boolean nullReason(String test, CircuitVerdict.Draws draws, String whence) {
        boolean enough = 1.0 / (1 + draws.values().size()) * 2 <= thresholds.pValue();
        return reason(
                test,
                draws.pCorrected() <= thresholds.pValue() || !enough && draws.asClose() == 0,
                "%d of %d random circuits %s come as close to the model (p %.3f, corrected %.3f).",
                draws.asClose(),
                draws.values().size(),
                whence,
                draws.pValue(),
                draws.pCorrected());
    }

    private boolean heldOutReason(CircuitVerdict.HeldOut heldOut) {
        return reason(
                "held-out",
                isSufficient(heldOut.sufficiency().ratioOfMeans(), thresholds)
                        && heldOut.necessity().ratioOfMeans() <= thresholds.necessity(),
                "On %d prompts made after the claim it keeps %s, and %s is left without it.",
                heldOut.sufficiency().perExample().size(),
                percent(heldOut.sufficiency().ratioOfMeans()),
                percent(heldOut.necessity().ratioOfMeans()));
    }

    private boolean reason(String test, boolean passed, String format, Object... figures) {
        reasons.add(new Reason(test, passed, String.format(Locale.ROOT, format, figures)));
        return passed;
    }

    private String sentence(
            CircuitVerdict.Accounting accounting,
            CircuitVerdict.@Nullable NullModel nullModel,
            CircuitVerdict.@Nullable HeldOut heldOut,
            List<CircuitVerdict.ProtocolLine> protocols,
            long holding) {
        int size = claim.circuit().nodes().size();
        StringBuilder text = new StringBuilder();
        text.append(size == 1 ? "This one" : "These " + size)
                .append(" of ")
                .append(claim.universe().nodes().size())
                .append(claim.params().universe().text().equals("heads") ? " heads" : " components")
                .append(claim.params().positions().text().equals("named") ? " at named positions" : "")
                .append(size == 1 ? " accounts for " : " account for ")
                .append(percent(accounting.share()))
                .append(" of the logit difference and ")
                .append(size == 1 ? "keeps " : "keep ")
                .append(percent(sufficiency.ratioOfMeans()))
                .append(interval(sufficiency.ci95()))
                .append(" of it when everything else is ")
                .append(ablated())
                .append("; without ")
                .append(size == 1 ? "it " : "them ")
                .append(percent(necessity.ratioOfMeans()))
                .append(" is left.");
        if (nullModel != null) {
            text.append(' ')
                    .append(count(nullModel.sameLayers()))
                    .append(" random circuits from the same layers")
                    .append(nullModel.sameLayers().asClose() == 1 ? " comes" : " come")
                    .append(" as close to the model, ")
                    .append(count(nullModel.anywhere()).toLowerCase(Locale.ROOT))
                    .append(" drawn anywhere.");
        }
        if (heldOut != null) {
            text.append(" On ")
                    .append(heldOut.sufficiency().perExample().size())
                    .append(" new prompts: ")
                    .append(percent(heldOut.sufficiency().ratioOfMeans()))
                    .append(" kept, ")
                    .append(percent(heldOut.necessity().ratioOfMeans()))
                    .append(" left.");
        }
        if (!protocols.isEmpty()) {
            text.append(" Holds under ")
                    .append(holding)
                    .append(" of ")
                    .append(protocols.size())
                    .append(" protocols.");
        }
        return text.toString();
    }

    private static String count(CircuitVerdict.Draws draws) {
        return draws.asClose() == 0
                ? "None of " + draws.values().size()
                : draws.asClose() + " of " + draws.values().size();
    }

    private String ablated() {
        Ablation ablation = claim.ablation();
        return switch (ablation.value()) {
            case ZERO -> "zero-ablated";
            case MEAN -> "mean-ablated";
            case RESAMPLE -> "resampled";
        };
    }

    private static String interval(List<Double> ends) {
        return String.format(Locale.ROOT, " [%.0f, %.0f]", 100 * ends.get(0), 100 * ends.get(1));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, Math.abs(share) < 0.095 ? "%.1f %%" : "%.0f %%", 100 * share);
    }

    private static String signed(double value) {
        return String.format(Locale.ROOT, "%+.2f", value);
    }
}
