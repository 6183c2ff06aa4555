package dev.unembed.engine.experiment;

import dev.unembed.engine.attribution.Attribution;
import dev.unembed.engine.attribution.DrillDown;
import dev.unembed.engine.attribution.Ledger;
import dev.unembed.engine.attribution.Question;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.result.ComponentScores;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.engine.transformer.Blueprint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Puts ledgers and the texts of their examples together. */
final class ComponentScoresAssembly {
    private static final int NEURONS_NAMED = 20;

    private final Blueprint blueprint;
    private final List<ResolvedExample> examples;
    private final List<Question> questions;
    private final Attribution attribution;

    /** @param questions what was asked of each example */
    ComponentScoresAssembly(
            Blueprint blueprint, List<ResolvedExample> examples, List<Question> questions, Attribution attribution) {
        this.blueprint = blueprint;
        this.examples = examples;
        this.questions = questions;
        this.attribution = attribution;
    }

    ComponentScores scores(String kind, String metric, double tolerance) {
        DrillDown drillDown = attribution.drillDown();
        List<ComponentScores.Example> described = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            described.add(example(
                    examples.get(i), questions.get(i), attribution.ledgers().get(i)));
        }
        boolean bySource = drillDown != null && drillDown.sources() != null;
        return new ComponentScores(
                new ComponentScores.Header(
                        kind,
                        metric,
                        blueprint.layers(),
                        blueprint.attention().nHeads(),
                        tolerance,
                        described,
                        attribution.decomposition().lines(),
                        bySource ? described.getFirst().tokens() : List.of()),
                values(drillDown));
    }

    private static ComponentScores.Example example(ResolvedExample example, Question question, Ledger ledger) {
        return new ComponentScores.Example(
                example.example().prompt(),
                example.example().answer(),
                question.hasFoil() ? example.example().foil() : null,
                question.answer(),
                question.hasFoil() ? question.foil() : null,
                example.example().template(),
                example.tokens().tokens().stream()
                        .map(TokenizedPrompt.Token::text)
                        .toList(),
                ledger.logitDifference(),
                ledger.sum(),
                ledger.residual(),
                ledger.answerLogProb(),
                question.hasFoil() ? ledger.foilLogProb() : null,
                ledger.answerWins());
    }

    private ComponentScores.Values values(@Nullable DrillDown drillDown) {
        int lines = attribution.decomposition().lines().size();
        float[] votes = new float[lines * examples.size()];
        for (int line = 0; line < lines; line++) {
            for (int e = 0; e < examples.size(); e++) {
                votes[line * examples.size() + e] =
                        (float) attribution.ledgers().get(e).votes()[line];
            }
        }
        if (drillDown == null) {
            return new ComponentScores.Values(
                    votes, new float[0], new int[0], new float[0], new float[0], new float[0]);
        }
        int named = Math.min(NEURONS_NAMED, blueprint.mlp().dMlp());
        int[] neurons = new int[blueprint.layers() * named];
        float[] neuronVotes = new float[neurons.length];
        float[] rest = new float[blueprint.layers()];
        float[] biases = new float[blueprint.layers()];
        for (int l = 0; l < blueprint.layers(); l++) {
            double[] all = drillDown.neurons()[l];
            int[] strongest = strongest(all, named);
            double others = Arrays.stream(all).sum();
            for (int i = 0; i < named; i++) {
                neurons[l * named + i] = strongest[i];
                neuronVotes[l * named + i] = (float) all[strongest[i]];
                others -= all[strongest[i]];
            }
            rest[l] = (float) others;
            biases[l] = (float) drillDown.mlpBiases()[l];
        }
        return new ComponentScores.Values(votes, flat(drillDown.sources()), neurons, neuronVotes, rest, biases);
    }

    private static int[] strongest(double[] votes, int count) {
        return IntStream.range(0, votes.length)
                .boxed()
                .sorted(Comparator.comparing(n -> -Math.abs(votes[n])))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** @param sources [layer head pos] @return the same, row-major */
    private static float[] flat(double @Nullable [][][] sources) {
        if (sources == null) {
            return new float[0];
        }
        double[] all = Arrays.stream(sources)
                .flatMap(Arrays::stream)
                .flatMapToDouble(Arrays::stream)
                .toArray();
        float[] flat = new float[all.length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) all[i];
        }
        return flat;
    }
}
