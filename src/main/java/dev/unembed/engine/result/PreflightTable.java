package dev.unembed.engine.result;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model says to each example before anything is analysed. Log-probabilities are natural; for an example without a
 * foil what concerns the foil is null.
 */
public record PreflightTable(Header header) implements Result {
    /**
     * @param kind of the analysis
     * @param examples in the order given
     */
    @JsonPropertyOrder({"kind", "examples"})
    public record Header(String kind, List<Row> examples) {
        public Header {
            examples = List.copyOf(examples);
        }
    }

    /**
     * @param tokens of the prompt, BOS included
     * @param logitDiff logit(answer) - logit(foil)
     * @param answerRank from 1, among all tokens
     * @param correct whether the answer is above the foil; without a foil, whether it is on top
     * @param topToken the model's own continuation
     */
    @JsonPropertyOrder({
        "prompt",
        "answer",
        "foil",
        "template",
        "tokens",
        "answerLogProb",
        "foilLogProb",
        "logitDiff",
        "answerRank",
        "correct",
        "topToken",
        "topLogProb"
    })
    public record Row(
            String prompt,
            String answer,
            @Nullable String foil,
            @Nullable String template,
            int tokens,
            double answerLogProb,
            @Nullable Double foilLogProb,
            @Nullable Double logitDiff,
            int answerRank,
            boolean correct,
            String topToken,
            double topLogProb) {}

    @Override
    public ObjectNode summary() {
        List<Row> rows = header.examples();
        long correct = rows.stream().filter(Row::correct).count();
        double[] differences = rows.stream()
                .map(Row::logitDiff)
                .filter(each -> each != null)
                .mapToDouble(Double::doubleValue)
                .toArray();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("examples", rows.size());
        node.put("correct", correct);
        node.put("headline", correct + " of " + rows.size() + " right");
        if (differences.length > 0) {
            double mean = java.util.Arrays.stream(differences).average().orElseThrow();
            node.put("meanLogitDiff", mean);
            node.put("beside", String.format(java.util.Locale.ROOT, "logit difference %.2f", mean));
        }
        return node;
    }
}
