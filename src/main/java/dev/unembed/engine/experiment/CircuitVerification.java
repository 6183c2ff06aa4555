package dev.unembed.engine.experiment;

import dev.unembed.engine.circuit.Ablation;
import dev.unembed.engine.circuit.CircuitEvaluation;
import dev.unembed.engine.circuit.CircuitNode;
import dev.unembed.engine.circuit.Evaluations;
import dev.unembed.engine.circuit.NullModel;
import dev.unembed.engine.circuit.SelfRepair;
import dev.unembed.engine.circuit.Statistics;
import dev.unembed.engine.circuit.Universe;
import dev.unembed.engine.circuit.Variant;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.result.CircuitVerdict;
import dev.unembed.engine.result.CircuitVerdict.Knockout;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.ComponentId;
import dev.unembed.engine.transformer.Transformer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All tests of one claim, one after the other. The same claim and seed give the same verdict, also when the work is taken
 * over in the middle.
 */
final class CircuitVerification {
    /** Random subsets that completeness is tried with. */
    private static final int RANDOM_KNOCKOUTS = 10;
    /** Nodes that the greedy search takes out at most, and evaluations it may cost. */
    private static final int GREEDY_NODES = 5;

    private static final int GREEDY_EVALUATIONS = 240;
    /** Random subsets that a node's minimality is tried within. */
    private static final int MINIMALITY_SUBSETS = 3;
    /** Nodes whose ablation is looked at for who steps in: the claim's first. */
    private static final int REPAIRED_NODES = 40;

    private static final int STEPPED_IN = 5;

    /** A variant names all that is ablated in it. */
    private static final long BYTES_PER_ABLATED_NODE = 100;

    private final String kind;
    private final CircuitTest.Claim claim;
    private final Transformer transformer;
    private final Evaluations known;
    private final long seed;
    private final Meter meter;
    private final List<CircuitNode> nodes;
    private final Universe universe;
    private final CircuitEvaluation evaluation;

    CircuitVerification(
            String kind, CircuitTest.Claim claim, Transformer transformer, Evaluations known, long seed, Meter meter) {
        this.kind = kind;
        this.claim = claim;
        this.transformer = transformer;
        this.known = known;
        this.seed = seed;
        this.meter = meter;
        this.nodes = claim.circuit().nodes();
        this.universe = claim.universe();
        this.evaluation = evaluation(claim.examples(), claim.ablation(), "set");
    }

    /** Evaluations of one example each, at most. */
    static long units(CircuitTest.Claim claim) {
        long n = claim.circuit().nodes().size();
        long examples = claim.examples().size();
        long variants = 4
                + n // effects
                + 2L * claim.params().randomCircuits()
                + 2 * (RANDOM_KNOCKOUTS + claim.circuit().classes().size() + 1)
                + Math.min(GREEDY_EVALUATIONS, 2 * GREEDY_NODES * n)
                + n * 2 * (MINIMALITY_SUBSETS + 3)
                + 1
                + Math.min(REPAIRED_NODES, n)
                + (claim.params().sweep() ? 6 * 4 : 0);
        return variants * examples + 5L * claim.heldOut().size();
    }

    /** Bytes of memory at the peak, beside the model's weights. */
    static long memoryBytes(CircuitTest.Claim claim, Blueprint b) {
        int nodes = claim.circuit().nodes().size();
        int variants = Math.max(
                claim.params().randomCircuits(),
                2
                        * Math.max(
                                nodes * (MINIMALITY_SUBSETS + 3),
                                RANDOM_KNOCKOUTS + claim.circuit().classes().size() + 1));
        List<Ablation> ablations = new ArrayList<>(List.of(claim.ablation()));
        if (claim.params().sweep()) {
            Arrays.stream(Ablation.Value.values())
                    .map(value -> new Ablation(value, claim.params().reference()))
                    .filter(ablation -> isPossible(claim.examples(), ablation))
                    .forEach(ablations::add);
        }
        long most = SelfRepair.memoryBytes(b, claim.examples(), claim.ablation());
        long kept = 0;
        for (Ablation ablation : ablations) {
            most = Math.max(most, CircuitEvaluation.memoryBytes(b, claim.examples(), ablation, variants));
            kept += CircuitEvaluation.memoryBytesKept(b, claim.examples(), ablation);
        }
        if (!claim.heldOut().isEmpty()) {
            most = Math.max(most, CircuitEvaluation.memoryBytes(b, claim.heldOut(), claim.ablation(), variants));
            kept += CircuitEvaluation.memoryBytesKept(b, claim.heldOut(), claim.ablation());
        }
        long drawn = (long) variants * claim.universe().components().size() * BYTES_PER_ABLATED_NODE;
        long values = 4 * Double.BYTES * units(claim); // also as a checkpoint
        return most + kept + drawn + values;
    }

    private CircuitEvaluation evaluation(List<ResolvedExample> examples, Ablation ablation, String name) {
        return new CircuitEvaluation(
                transformer, examples, ablation, seed, known, name + " " + ablation.inWords(), meter);
    }

    CircuitVerdict verdict() {
        Figures figures = figures(evaluation, claim.circuit().nodes());
        SelfRepair repair = new SelfRepair(transformer, claim.examples(), claim.ablation(), seed, meter);
        List<double[]> without = evaluation.of(nodes.stream()
                .map(node -> Variant.without(List.of(node), universe))
                .toList());
        List<CircuitNode> looked = lookedAt();
        List<SelfRepair.Votes> votes = repair.of(looked.stream()
                .map(node -> Variant.without(List.of(node), universe))
                .toList());
        Map<CircuitNode, Double> direct =
                direct(repair.lines(), votes.getFirst().votes());
        List<CircuitVerdict.ComponentEffect> effects = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            effects.add(new CircuitVerdict.ComponentEffect(
                    nodes.get(i).toString(),
                    Objects.requireNonNull(direct.get(nodes.get(i))),
                    figures.model() - Statistics.mean(without.get(i))));
        }
        CircuitVerdict.Accounting accounting = accounting(repair.lines(), votes.getFirst(), direct, figures.model());
        CircuitVerdict.Completeness completeness = completeness(figures);
        List<CircuitVerdict.Minimality> minimality =
                minimality(figures.model(), standIns(repair.lines(), looked, votes));
        CircuitVerdict.@Nullable NullModel nullModel = nullModel(figures);
        List<CircuitVerdict.ProtocolLine> protocols = protocols(figures);
        CircuitVerdict.@Nullable HeldOut heldOut = heldOut();
        CircuitVerdict.Verdict verdict = new CircuitJudgement(
                        claim, figures.sufficiency(), figures.necessity(), completeness, minimality)
                .judge(accounting, nullModel, protocols, heldOut);
        return new CircuitVerdict(
                kind,
                verdict,
                accounting,
                figures.sufficiency(),
                figures.necessity(),
                examples(figures),
                effects,
                completeness,
                minimality,
                nullModel,
                selfRepair(repair.lines(), looked, votes, effects),
                protocols,
                heldOut,
                protocol());
    }

    // -- sufficiency and necessity --------------------------------------------------------------------------------

    /** F of the model, the circuit, the knock-out and the empty circuit on one set. */
    private record Figures(
            double[] ofModel,
            double[] ofCircuit,
            double[] ofKnockout,
            CircuitVerdict.Sufficiency sufficiency,
            CircuitVerdict.Necessity necessity) {
        double model() {
            return sufficiency.model();
        }

        double circuit() {
            return sufficiency.circuit();
        }
    }

    private Figures figures(CircuitEvaluation on, List<CircuitNode> circuit) {
        List<double[]> found = on.of(List.of(
                Variant.whole(),
                Variant.keeping(circuit, universe),
                Variant.without(circuit, universe),
                Variant.keeping(List.of(), universe)));
        double[] whole = found.get(0);
        double[] part = found.get(1);
        double[] knockout = found.get(2);
        double model = Statistics.mean(whole);
        double kept = Statistics.mean(part);
        double empty = Statistics.mean(found.get(3));
        Statistics.Ratios ratios = Statistics.ratios(part, whole, claim.params().minDifference());
        Statistics.Ratios left =
                Statistics.ratios(knockout, whole, claim.params().minDifference());
        CircuitVerdict.Spread spread = Double.isNaN(ratios.median())
                ? null
                : new CircuitVerdict.Spread(ratios.q25(), ratios.median(), ratios.q75(), ratios.worst());
        return new Figures(
                whole,
                part,
                knockout,
                new CircuitVerdict.Sufficiency(
                        model,
                        kept,
                        empty,
                        ratios.ratioOfMeans(),
                        defined(ratios.meanOfRatios()),
                        (kept - empty) / (model - empty),
                        boxed(Statistics.interval(part, whole, seed)),
                        spread,
                        ratios.undefined(),
                        boxed(part)),
                new CircuitVerdict.Necessity(
                        Statistics.mean(knockout),
                        left.ratioOfMeans(),
                        defined(left.meanOfRatios()),
                        boxed(Statistics.interval(knockout, whole, seed)),
                        boxed(knockout)));
    }

    private static @Nullable Double defined(double value) {
        return Double.isNaN(value) ? null : value;
    }

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private List<CircuitVerdict.Example> examples(Figures figures) {
        List<CircuitVerdict.Example> all = new ArrayList<>();
        for (int i = 0; i < claim.examples().size(); i++) {
            var example = claim.examples().get(i).example();
            all.add(new CircuitVerdict.Example(
                    example.prompt(),
                    example.answer(),
                    Objects.requireNonNull(example.foil()),
                    figures.ofModel()[i],
                    figures.ofCircuit()[i],
                    figures.ofKnockout()[i]));
        }
        return all;
    }

    // -- accounting and self-repair -------------------------------------------------------------------------------

    /** Votes are cast at END: a node that isn't there has none. */
    private Map<CircuitNode, Double> direct(List<ComponentId> lines, double[] votes) {
        Map<CircuitNode, Double> direct = new LinkedHashMap<>();
        for (CircuitNode node : nodes) {
            boolean atEnd = node.position() == null || node.position().equals("END");
            direct.put(node, atEnd ? votes[lines.indexOf(node.component())] : 0.0);
        }
        return direct;
    }

    private CircuitVerdict.Accounting accounting(
            List<ComponentId> lines, SelfRepair.Votes whole, Map<CircuitNode, Double> direct, double total) {
        double residual = whole.residual();
        if (!(residual <= 1e-3 * Math.max(1, Math.abs(total)))) {
            throw new SelfCheckFailed("The components' votes miss the logit difference by " + residual
                    + " on one example; at most 0.001 of it is rounding. The result is not to be trusted and was not"
                    + " stored.");
        }
        double positiveTotal = 0;
        double negativeTotal = 0;
        for (int line = 0; line < lines.size(); line++) {
            positiveTotal += Math.max(0, whole.votes()[line]);
            negativeTotal += Math.min(0, whole.votes()[line]);
        }
        double claimed = direct.values().stream().mapToDouble(v -> v).sum();
        double positive =
                direct.values().stream().mapToDouble(v -> Math.max(0, v)).sum();
        return new CircuitVerdict.Accounting(
                total, claimed, claimed / total, positive, positiveTotal, claimed - positive, negativeTotal, residual);
    }

    private List<CircuitNode> lookedAt() {
        return nodes.size() <= REPAIRED_NODES ? nodes : nodes.subList(0, REPAIRED_NODES);
    }

    private List<CircuitVerdict.SelfRepair> selfRepair(
            List<ComponentId> lines,
            List<CircuitNode> looked,
            List<SelfRepair.Votes> votes,
            List<CircuitVerdict.ComponentEffect> effects) {
        double[] before = votes.getFirst().votes();
        List<CircuitVerdict.SelfRepair> all = new ArrayList<>();
        for (int i = 0; i < looked.size(); i++) {
            int own = lines.indexOf(looked.get(i).component());
            double[] after = votes.get(i + 1).votes();
            double[] ofScale = votes.get(i + 1).ofScale();
            double norm = 0;
            List<CircuitVerdict.SteppedIn> changes = new ArrayList<>();
            for (int line = 0; line < lines.size(); line++) {
                if (line != own) {
                    norm += ofScale[line] - before[line];
                    changes.add(new CircuitVerdict.SteppedIn(
                            lines.get(line).toString(), after[line] - before[line], ofScale[line] - before[line]));
                }
            }
            changes.sort(Comparator.comparingDouble(change -> -Math.abs(change.change())));
            CircuitVerdict.ComponentEffect effect = effects.get(i);
            all.add(new CircuitVerdict.SelfRepair(
                    effect.name(),
                    effect.vote(),
                    effect.effect(),
                    norm,
                    List.copyOf(changes.subList(0, Math.min(STEPPED_IN, changes.size())))));
        }
        return all;
    }

    /** For each node the other one of the circuit whose vote rises most without it: together they may hide each other. */
    private Map<CircuitNode, CircuitNode> standIns(
            List<ComponentId> lines, List<CircuitNode> looked, List<SelfRepair.Votes> votes) {
        double[] before = votes.getFirst().votes();
        Map<CircuitNode, CircuitNode> standIns = new LinkedHashMap<>();
        for (int i = 0; i < looked.size(); i++) {
            CircuitNode node = looked.get(i);
            double[] after = votes.get(i + 1).votes();
            nodes.stream()
                    .filter(other -> !other.component().equals(node.component()))
                    .max(Comparator.comparingDouble(other -> {
                        int line = lines.indexOf(other.component());
                        return after[line] - before[line];
                    }))
                    .ifPresent(other -> standIns.put(node, other));
        }
        return standIns;
    }

    // -- completeness and minimality ------------------------------------------------------------------------------

    private CircuitVerdict.Completeness completeness(Figures figures) {
        Map<Set<CircuitNode>, String> subsets = new LinkedHashMap<>();
        claim.circuit().classes().forEach((name, members) -> {
            if (!members.isEmpty()) {
                subsets.put(new LinkedHashSet<>(members), "class");
            }
        });
        for (Set<CircuitNode> subset : randomSubsets(RANDOM_KNOCKOUTS, new Random(seed + 1))) {
            subsets.putIfAbsent(subset, "random");
        }
        subsets.putIfAbsent(new LinkedHashSet<>(nodes), "whole");
        List<Knockout> knockouts = new ArrayList<>();
        List<Set<CircuitNode>> order = List.copyOf(subsets.keySet());
        List<Knockout> tried = knockouts(order, List.copyOf(subsets.values()));
        knockouts.addAll(tried);
        double judged = tried.stream().mapToDouble(Knockout::gap).max().orElse(0);
        greedy(figures).ifPresent(knockouts::add);
        double worst = knockouts.stream().mapToDouble(Knockout::gap).max().orElse(0);
        return new CircuitVerdict.Completeness(worst, judged, knockouts);
    }

    /** Proper subsets, none twice; fewer where there are no more. */
    private List<Set<CircuitNode>> randomSubsets(int count, Random random) {
        Set<Set<CircuitNode>> subsets = new LinkedHashSet<>();
        long all = nodes.size() >= 31 ? Long.MAX_VALUE : (1L << nodes.size()) - 2;
        for (int tries = 0; tries < 50 * count && subsets.size() < Math.min(count, all); tries++) {
            Set<CircuitNode> subset = new LinkedHashSet<>();
            for (CircuitNode node : nodes) {
                if (random.nextBoolean()) {
                    subset.add(node);
                }
            }
            if (!subset.isEmpty() && subset.size() < nodes.size()) {
                subsets.add(subset);
            }
        }
        return List.copyOf(subsets);
    }

    private List<Knockout> knockouts(List<Set<CircuitNode>> subsets, List<String> kinds) {
        List<Variant> variants = new ArrayList<>();
        for (Set<CircuitNode> subset : subsets) {
            variants.add(Variant.keeping(claim.circuit().without(subset), universe));
            variants.add(Variant.without(subset, universe));
        }
        List<double[]> values = evaluation.of(variants);
        List<Knockout> knockouts = new ArrayList<>();
        for (int k = 0; k < subsets.size(); k++) {
            double circuit = Statistics.mean(values.get(2 * k));
            double model = Statistics.mean(values.get(2 * k + 1));
            knockouts.add(new Knockout(kinds.get(k), names(subsets.get(k)), circuit, model, Math.abs(circuit - model)));
        }
        return knockouts;
    }

    /** Takes out one node after the other, each time the one that opens the gap most (Wang et al. 2022, section 4.1). */
    private java.util.Optional<Knockout> greedy(Figures figures) {
        Set<CircuitNode> out = new LinkedHashSet<>();
        Knockout best = null;
        int cost = 0;
        while (out.size() < Math.min(GREEDY_NODES, nodes.size() - 1)) {
            List<Set<CircuitNode>> longer = new ArrayList<>();
            for (CircuitNode node : nodes) {
                if (!out.contains(node)) {
                    Set<CircuitNode> one = new LinkedHashSet<>(out);
                    one.add(node);
                    longer.add(one);
                }
            }
            cost += 2 * longer.size();
            if (cost > GREEDY_EVALUATIONS) {
                break;
            }
            List<Knockout> found =
                    knockouts(longer, longer.stream().map(one -> "greedy").toList());
            Knockout widest = found.stream()
                    .reduce((one, other) -> Statistics.isAbove(other.gap(), one.gap()) ? other : one)
                    .orElseThrow();
            if (best != null && !Statistics.isAbove(widest.gap(), best.gap())) {
                break;
            }
            best = widest;
            out = longer.get(found.indexOf(widest));
        }
        return java.util.Optional.ofNullable(best);
    }

    private List<CircuitVerdict.Minimality> minimality(double model, Map<CircuitNode, CircuitNode> standIns) {
        List<Set<CircuitNode>> common = new ArrayList<>();
        common.add(Set.of());
        common.addAll(randomSubsets(MINIMALITY_SUBSETS, new Random(seed + 2)));
        List<Variant> variants = new ArrayList<>();
        List<List<Set<CircuitNode>>> tried = new ArrayList<>();
        for (CircuitNode node : nodes) {
            Set<Set<CircuitNode>> subsets = new LinkedHashSet<>();
            for (Set<CircuitNode> subset : common) {
                Set<CircuitNode> others = new LinkedHashSet<>(subset);
                others.remove(node);
                subsets.add(others);
            }
            claim.circuit().classes().values().stream()
                    .filter(members -> members.contains(node))
                    .forEach(members -> {
                        Set<CircuitNode> mates = new LinkedHashSet<>(members);
                        mates.remove(node);
                        subsets.add(mates);
                    });
            CircuitNode standIn = standIns.get(node);
            if (standIn != null) {
                subsets.add(Set.of(standIn));
            }
            tried.add(List.copyOf(subsets));
            for (Set<CircuitNode> subset : subsets) {
                Set<CircuitNode> with = new LinkedHashSet<>(subset);
                with.add(node);
                variants.add(Variant.keeping(claim.circuit().without(subset), universe));
                variants.add(Variant.keeping(claim.circuit().without(with), universe));
            }
        }
        List<double[]> values = evaluation.of(variants);
        List<CircuitVerdict.Minimality> all = new ArrayList<>();
        int at = 0;
        for (int n = 0; n < nodes.size(); n++) {
            double effect = 0;
            Set<CircuitNode> given = Set.of();
            for (Set<CircuitNode> subset : tried.get(n)) {
                double difference = Statistics.mean(values.get(at++)) - Statistics.mean(values.get(at++));
                if (Statistics.isAbove(Math.abs(difference), Math.abs(effect))) {
                    effect = difference;
                    given = subset;
                }
            }
            double share = Math.abs(effect / model);
            all.add(new CircuitVerdict.Minimality(
                    nodes.get(n).toString(),
                    effect,
                    share,
                    share >= claim.params().thresholds().minimality(),
                    names(given)));
        }
        return all;
    }

    private static List<String> names(Collection<CircuitNode> some) {
        return some.stream().map(CircuitNode::toString).toList();
    }

    // -- null model -----------------------------------------------------------------------------------------------

    private CircuitVerdict.@Nullable NullModel nullModel(Figures figures) {
        int count = claim.params().randomCircuits();
        if (count == 0) {
            return null;
        }
        NullModel random = new NullModel(universe, claim.circuit());
        Drawn same = drawn(random, NullModel.Draw.SAME_LAYERS, figures);
        Drawn any = drawn(random, NullModel.Draw.ANYWHERE, figures);
        // Holm: the smaller of the two counts twice, the larger at least as much as the smaller
        double smaller = Math.min(1, 2 * Math.min(same.p, any.p));
        double larger = Math.max(smaller, Math.max(same.p, any.p));
        CircuitVerdict.Draws sameLayers = same.corrected(same.p <= any.p ? smaller : larger);
        CircuitVerdict.Draws anywhere = any.corrected(any.p < same.p ? smaller : larger);
        return new CircuitVerdict.NullModel(
                sameLayers.quantile(), sameLayers.pCorrected(), sameLayers.values(), sameLayers, anywhere);
    }

    private record Drawn(double quantile, double p, int asClose, long others, List<Double> values) {
        CircuitVerdict.Draws corrected(double pCorrected) {
            return new CircuitVerdict.Draws(quantile, p, pCorrected, asClose, others, values);
        }
    }

    private Drawn drawn(NullModel random, NullModel.Draw draw, Figures figures) {
        List<Variant> variants = random.draw(draw, claim.params().randomCircuits(), seed).stream()
                .map(circuit -> Variant.keeping(circuit, universe))
                .toList();
        double[] values =
                evaluation.of(variants).stream().mapToDouble(Statistics::mean).toArray();
        double gap = Math.abs(figures.model() - figures.circuit());
        int asClose = (int) Arrays.stream(values)
                .filter(f -> !Statistics.isAbove(Math.abs(figures.model() - f), gap))
                .count();
        double quantile = values.length == 0 ? Double.NaN : 1 - (double) asClose / values.length;
        return new Drawn(
                values.length == 0 ? 0 : quantile,
                (1.0 + asClose) / (1 + values.length),
                asClose,
                random.others(draw),
                boxed(values));
    }

    // -- other protocols, other prompts ---------------------------------------------------------------------------

    private List<CircuitVerdict.ProtocolLine> protocols(Figures declared) {
        if (!claim.params().sweep()) {
            return List.of();
        }
        List<CircuitVerdict.ProtocolLine> lines = new ArrayList<>();
        for (Ablation.Value value : Ablation.Value.values()) {
            Ablation ablation = new Ablation(value, claim.params().reference());
            if (!isPossible(claim.examples(), ablation)) {
                continue;
            }
            CircuitEvaluation on =
                    ablation.equals(claim.ablation()) ? evaluation : evaluation(claim.examples(), ablation, "set");
            for (Universe.Positions positions : Universe.Positions.values()) {
                Universe where = claim.universe(positions);
                List<double[]> found =
                        on.of(List.of(Variant.whole(), Variant.keeping(nodes, where), Variant.without(nodes, where)));
                lines.add(line(ablation, positions, "all", "ratio of means", found, indices(null)));
                lines.add(line(ablation, positions, "all", "mean of ratios", found, indices(null)));
            }
        }
        List<double[]> found = List.of(declared.ofModel(), declared.ofCircuit(), declared.ofKnockout());
        Set<String> templates = new LinkedHashSet<>(new TreeMap<>(claim.examples().stream()
                        .collect(java.util.stream.Collectors.groupingBy(CircuitVerification::template)))
                .keySet());
        for (String template : templates.size() > 1 ? templates : Set.<String>of()) {
            lines.add(line(
                    claim.ablation(),
                    claim.params().positions(),
                    template,
                    "ratio of means",
                    found,
                    indices(template)));
        }
        return lines;
    }

    private static boolean isPossible(List<ResolvedExample> examples, Ablation ablation) {
        try {
            CircuitEvaluation.require(examples, ablation);
            return true;
        } catch (dev.unembed.engine.InvalidInput e) {
            return false; // a template with one prompt only
        }
    }

    private static String template(ResolvedExample example) {
        return Objects.requireNonNullElse(example.example().template(), "");
    }

    private int[] indices(@Nullable String template) {
        return java.util.stream.IntStream.range(0, claim.examples().size())
                .filter(i ->
                        template == null || template(claim.examples().get(i)).equals(template))
                .toArray();
    }

    private CircuitVerdict.ProtocolLine line(
            Ablation ablation,
            Universe.Positions positions,
            String template,
            String averaging,
            List<double[]> found,
            int[] indices) {
        double[] whole =
                Arrays.stream(indices).mapToDouble(i -> found.get(0)[i]).toArray();
        double[] part = Arrays.stream(indices).mapToDouble(i -> found.get(1)[i]).toArray();
        double[] knockout =
                Arrays.stream(indices).mapToDouble(i -> found.get(2)[i]).toArray();
        double threshold = claim.params().minDifference();
        boolean means = averaging.equals("ratio of means");
        Statistics.Ratios kept = Statistics.ratios(part, whole, threshold);
        Statistics.Ratios left = Statistics.ratios(knockout, whole, threshold);
        double keeps = means ? kept.ratioOfMeans() : kept.meanOfRatios();
        double leaves = means ? left.ratioOfMeans() : left.meanOfRatios();
        return new CircuitVerdict.ProtocolLine(
                ablation.value().text(),
                ablation.value() == Ablation.Value.MEAN ? ablation.reference().text() : "",
                positions.text(),
                template,
                averaging,
                keeps,
                leaves,
                CircuitJudgement.isSufficient(keeps, claim.params().thresholds())
                        && leaves <= claim.params().thresholds().necessity());
    }

    private CircuitVerdict.@Nullable HeldOut heldOut() {
        if (claim.heldOut().isEmpty()) {
            return null;
        }
        Figures figures = figures(evaluation(claim.heldOut(), claim.ablation(), "held out"), nodes);
        SelfRepair votes = new SelfRepair(transformer, claim.heldOut(), claim.ablation(), seed, meter);
        SelfRepair.Votes whole = votes.of(List.of()).getFirst();
        return new CircuitVerdict.HeldOut(
                accounting(votes.lines(), whole, direct(votes.lines(), whole.votes()), figures.model()),
                figures.sufficiency(),
                figures.necessity());
    }

    private CircuitVerdict.Protocol protocol() {
        CircuitTest.Params p = claim.params();
        Map<String, List<String>> classes = new LinkedHashMap<>();
        claim.circuit().classes().forEach((name, members) -> classes.put(name, names(members)));
        var set = p.promptSet();
        return new CircuitVerdict.Protocol(
                universe.positions() == Universe.Positions.ALL ? "whole components" : "components at named positions",
                names(nodes),
                classes,
                p.universe().text(),
                universe.components().size(),
                p.ablation().text(),
                p.ablation() == Ablation.Value.MEAN ? p.reference().text() : "none",
                p.positions().text(),
                List.copyOf(universe.names()),
                "ablation of the complement (sufficiency) and of the circuit (necessity)",
                "logit(answer) - logit(foil) at END",
                claim.examples().size(),
                claim.heldOut().size(),
                set == null ? null : set.id() + " v" + set.version(),
                p.bos().value(),
                p.randomCircuits(),
                seed,
                p.minDifference(),
                p.thresholds().byName());
    }
}
