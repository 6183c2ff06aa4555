package dev.unembed.engine.result;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.transformer.ComponentId;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Votes of a model's components for a logit difference, over a set of examples: a header of facts, and arrays.
 *
 * @param header everything but the votes
 * @param values the votes, in logits
 */
public record ComponentScores(Header header, Values values) implements Result {
    private static final int NAMED_IN_SUMMARY = 5;

    /**
     * @param kind of the analysis
     * @param metric {@code logit-diff} or {@code logit}
     * @param layers blocks of the model
     * @param heads query heads of each
     * @param tolerance what an example's residual may be, relative to its logit difference but never to less than 1
     * @param components the lines, in the order of the pass
     * @param sourceTokens the first example's tokens, by which heads are taken apart; empty where they are not
     */
    public record Header(
            String kind,
            String metric,
            int layers,
            int heads,
            double tolerance,
            List<Example> examples,
            List<ComponentId> components,
            List<String> sourceTokens) {
        public Header {
            examples = List.copyOf(examples);
            components = List.copyOf(components);
            sourceTokens = List.copyOf(sourceTokens);
        }
    }

    /**
     * One prompt, and how its books balance.
     *
     * @param foil null, with its id and log-probability, where only the answer's logit was asked for
     * @param tokens the prompt as the model read it
     * @param logitDiff the model's own; the answer's logit where there is no foil
     * @param sum of the votes
     * @param residual sum - logitDiff
     * @param answerLogProb nats
     * @param foilLogProb nats
     * @param correct whether the answer has a higher logit than the foil, or than every other token where there is none
     */
    @JsonPropertyOrder({
        "prompt",
        "answer",
        "foil",
        "answerId",
        "foilId",
        "template",
        "tokens",
        "logitDiff",
        "sum",
        "residual",
        "answerLogProb",
        "foilLogProb",
        "correct"
    })
    public record Example(
            String prompt,
            String answer,
            @Nullable String foil,
            int answerId,
            @Nullable Integer foilId,
            @Nullable String template,
            List<String> tokens,
            double logitDiff,
            double sum,
            double residual,
            double answerLogProb,
            @Nullable Double foilLogProb,
            boolean correct) {
        public Example {
            tokens = List.copyOf(tokens);
        }
    }

    /**
     * The votes, row-major; not copied, and nobody writes to them. Where heads and MLPs are taken apart, the parts are
     * means over the examples.
     *
     * @param votes [component example]
     * @param sources of every head by source position [layer head pos], or empty
     * @param neurons of every MLP, those with the largest mean votes [layer k], or empty
     * @param neuronVotes theirs [layer k]
     * @param neuronRest of all other neurons together [layer], or empty
     * @param mlpBias of the MLP's output bias [layer], or empty: votes, rest and bias sum to the MLP's line
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Values(
            float[] votes, float[] sources, int[] neurons, float[] neuronVotes, float[] neuronRest, float[] mlpBias) {}

    /**
     * A component's votes over the examples.
     *
     * @param sd standard deviation of these examples (divided by their number: they are described, not sampled from)
     * @param q25 lower quartile, interpolated between neighbours
     * @param q75 upper quartile
     * @param helping share of examples with a vote above 0
     */
    public record Spread(double mean, double sd, double q25, double median, double q75, double helping) {
        static Spread of(float[] values, int from, int count) {
            double[] sorted = new double[count];
            Arrays.setAll(sorted, i -> values[from + i]);
            Arrays.sort(sorted);
            double mean = Arrays.stream(sorted).sum() / count;
            double variance =
                    Arrays.stream(sorted).map(x -> (x - mean) * (x - mean)).sum() / count;
            double helping = Arrays.stream(sorted).filter(x -> x > 0).count() / (double) count;
            return new Spread(
                    mean,
                    Math.sqrt(variance),
                    quantile(sorted, 0.25),
                    quantile(sorted, 0.5),
                    quantile(sorted, 0.75),
                    helping);
        }

        private static double quantile(double[] sorted, double share) {
            double place = share * (sorted.length - 1);
            int below = (int) place;
            int above = Math.min(below + 1, sorted.length - 1);
            return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
        }
    }

    public ComponentScores {
        if (header.examples().isEmpty()) {
            throw new IllegalArgumentException("there are no examples");
        }
        int layers = header.layers();
        require(
                "votes",
                values.votes().length,
                header.components().size() * header.examples().size());
        require(
                "sources",
                values.sources().length,
                layers * header.heads() * header.sourceTokens().size());
        boolean detailed = values.neuronRest().length > 0;
        require("neuronRest", values.neuronRest().length, detailed ? layers : 0);
        require("mlpBias", values.mlpBias().length, detailed ? layers : 0);
        require("neuronVotes", values.neuronVotes().length, values.neurons().length);
        require("neurons", values.neurons().length, values.neurons().length / layers * layers);
    }

    private static void require(String name, int actual, int expected) {
        if (actual != expected) {
            throw new IllegalArgumentException(name + ": expected " + expected + " values, got " + actual);
        }
    }

    public float vote(int component, int example) {
        return values.votes()[
                Objects.checkIndex(component, header.components().size())
                                * header.examples().size()
                        + Objects.checkIndex(example, header.examples().size())];
    }

    public Spread spread(int component) {
        int examples = header.examples().size();
        return Spread.of(
                values.votes(),
                Objects.checkIndex(component, header.components().size()) * examples,
                examples);
    }

    public boolean hasSources() {
        return values.sources().length > 0;
    }

    public boolean hasNeurons() {
        return values.neuronRest().length > 0;
    }

    /** Neurons named per MLP. */
    public int neuronsPerMlp() {
        return values.neurons().length / header.layers();
    }

    /** The largest of all examples' residuals. */
    public double maxAbsResidual() {
        return header.examples().stream()
                .mapToDouble(e -> Math.abs(e.residual()))
                .max()
                .orElseThrow();
    }

    @Override
    public ObjectNode summary() {
        double mean = header.examples().stream()
                .mapToDouble(Example::logitDiff)
                .average()
                .orElseThrow();
        long correct = header.examples().stream().filter(Example::correct).count();
        List<Integer> strongest = IntStream.range(0, header.components().size())
                .boxed()
                .sorted(Comparator.comparing(c -> -Math.abs(spread(c).mean())))
                .limit(NAMED_IN_SUMMARY)
                .toList();
        String votes = strongest.stream()
                .map(c -> header.components().get(c).text() + signed(spread(c).mean()))
                .collect(Collectors.joining(", "));
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("headline", (header.metric().equals("logit") ? "logit" : "logit difference") + signed(mean));
        node.put("beside", correct + " of " + header.examples().size() + " right");
        node.put("detail", votes);
        node.put("metric", header.metric());
        node.put("examples", header.examples().size());
        node.put("logitDiff", mean);
        node.put("correct", correct);
        ArrayNode top = node.putArray("top");
        strongest.forEach(c -> top.addObject()
                .put("name", header.components().get(c).text())
                .put("mean", spread(c).mean()));
        node.put("maxAbsResidual", maxAbsResidual());
        return node;
    }

    private static String signed(double logits) {
        return String.format(Locale.ROOT, " %+.2f", logits);
    }
}
