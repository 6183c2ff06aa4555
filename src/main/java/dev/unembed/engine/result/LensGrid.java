package dev.unembed.engine.result;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.tensor.Precision;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lens readings over layers and positions: a header of facts, and arrays.
 *
 * @param header everything but the numbers
 * @param values the numbers
 */
public record LensGrid(Header header, Values values) implements Result {
    /** A token and how it reads; {@code #id} where the model has no tokenizer. */
    @JsonPropertyOrder({"id", "text"})
    public record Token(int id, String text) {}

    /**
     * @param kind of the analysis
     * @param lens how layers were read
     * @param layerCount L; lens layers are 0 to L
     * @param vocabulary tokens of the unembedding
     * @param hooks the hook point that each row reads, bottom up
     * @param tokens the prompt as the model read it
     * @param bosPrepended whether the BOS policy put the first token there
     * @param texts of every token that occurs anywhere in the result, by id
     * @param tracked tokens that were followed
     * @param topK entries per cell in the top lists
     * @param precision of the products with the unembedding; fp32 where a result was stored without
     * @param deviation of a result in bf16 from one in fp32
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({
        "kind",
        "lens",
        "layerCount",
        "vocabulary",
        "hooks",
        "tokens",
        "bosPrepended",
        "texts",
        "tracked",
        "topK",
        "summary",
        "selfCheck",
        "precision",
        "deviation"
    })
    public record Header(
            String kind,
            String lens,
            int layerCount,
            int vocabulary,
            List<String> hooks,
            List<Token> tokens,
            boolean bosPrepended,
            Map<Integer, String> texts,
            List<Token> tracked,
            int topK,
            Summary summary,
            SelfCheck selfCheck,
            Precision precision,
            @Nullable Deviation deviation) {
        public Header {
            precision = Objects.requireNonNullElse(precision, Precision.FP32);
            hooks = List.copyOf(hooks);
            tokens = List.copyOf(tokens);
            tracked = List.copyOf(tracked);
        }
    }

    /**
     * The numbers, row-major; not copied, and nobody writes to them. Rows count from the bottom: row 0 is the embedding,
     * the last row the final stream.
     *
     * @param layers [row] l, or l + 0.5 after the attention of block l
     * @param topIds [row pos k]
     * @param topLogProbs [row pos k]
     * @param entropy [row pos], nats
     * @param klToFinal [row pos], KL(final ‖ row) in nats
     * @param finalLogProb [row pos] of the token that the final row has on top at that position
     * @param finalRank [row pos] of that token, 1 = most likely
     * @param trackedLogProb [m row pos]
     * @param trackedRank [m row pos], 1 = most likely
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Values(
            float[] layers,
            int[] topIds,
            float[] topLogProbs,
            float[] entropy,
            float[] klToFinal,
            float[] finalLogProb,
            int[] finalRank,
            float[] trackedLogProb,
            int[] trackedRank) {}

    /** What the readings say, per position. */
    public record Summary(List<Position> positions) {
        public Summary {
            positions = List.copyOf(positions);
        }
    }

    /**
     * Layers here are whole lens layers; rows after attention don't count.
     *
     * @param finalToken what the final row has on top
     * @param firstTop1 first layer where that token is on top
     * @param firstTop5 first layer where it is among the top five
     * @param firstTop10 first layer where it is among the top ten
     * @param crystallised first layer from which it stays on top to the end
     * @param overwritten every other token that was on top before, bottom up, as maximal runs of layers
     */
    @JsonPropertyOrder({"position", "final", "firstTop1", "firstTop5", "firstTop10", "crystallised", "overwritten"})
    public record Position(
            int position,

            @com.fasterxml.jackson.annotation.JsonProperty("final")
            Winner finalToken,

            int firstTop1,
            int firstTop5,
            int firstTop10,
            int crystallised,
            List<Overwritten> overwritten) {
        public Position {
            overwritten = List.copyOf(overwritten);
        }
    }

    @JsonPropertyOrder({"id", "text", "logProb"})
    public record Winner(int id, String text, float logProb) {}

    /** @param from first lens layer with this token on top @param to last one of the run */
    @JsonPropertyOrder({"id", "text", "from", "to"})
    public record Overwritten(int id, String text, int from, int to) {}

    /**
     * The largest difference between the last row's logits and the model's own, and what was allowed. In bf16, of the last row
     * as the products in bf16 make it; what is stored for that row is in fp32.
     */
    @JsonPropertyOrder({"maxAbsLogitDiff", "tolerance"})
    public record SelfCheck(float maxAbsLogitDiff, float tolerance) {}

    /**
     * How far rounding moved the numbers of one position: the largest differences over its rows from what fp32 gives there.
     *
     * @param position where both were computed
     * @param logProbNats of the top places, the final token and the tracked ones
     * @param otherTop rows with another token on top
     */
    @JsonPropertyOrder({"position", "logProbNats", "entropyNats", "klNats", "otherTop"})
    public record Deviation(int position, float logProbNats, float entropyNats, float klNats, int otherTop) {}

    public LensGrid {
        int cells = values.layers().length * header.tokens().size();
        int m = header.tracked().size();
        require("hooks", header.hooks().size(), values.layers().length);
        require("topIds", values.topIds().length, cells * header.topK());
        require("topLogProbs", values.topLogProbs().length, cells * header.topK());
        require("entropy", values.entropy().length, cells);
        require("klToFinal", values.klToFinal().length, cells);
        require("finalLogProb", values.finalLogProb().length, cells);
        require("finalRank", values.finalRank().length, cells);
        require("trackedLogProb", values.trackedLogProb().length, m * cells);
        require("trackedRank", values.trackedRank().length, m * cells);
    }

    private static void require(String name, int actual, int expected) {
        if (actual != expected) {
            throw new IllegalArgumentException(name + ": expected " + expected + " values, got " + actual);
        }
    }

    public int rows() {
        return values.layers().length;
    }

    public int positions() {
        return header.tokens().size();
    }

    /** Index of a cell in the arrays [row pos]. */
    public int cell(int row, int position) {
        return java.util.Objects.checkIndex(row, rows()) * positions()
                + java.util.Objects.checkIndex(position, positions());
    }

    public int topId(int row, int position, int place) {
        return values.topIds()[cell(row, position) * header.topK() + place];
    }

    public float topLogProb(int row, int position, int place) {
        return values.topLogProbs()[cell(row, position) * header.topK() + place];
    }

    /** How a token of this result reads. */
    public String text(int id) {
        return header.texts().getOrDefault(id, "#" + id);
    }

    @Override
    public ObjectNode summary() {
        Position last = header.summary().positions().getLast();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("tokens", positions());
        node.put("layers", header.layerCount());
        node.putObject("final")
                .put("id", last.finalToken().id())
                .put("text", last.finalToken().text())
                .put("logProb", last.finalToken().logProb());
        node.put("crystallised", last.crystallised());
        node.put("overwritten", last.overwritten().size());
        node.put("maxAbsLogitDiff", header.selfCheck().maxAbsLogitDiff());
        return node;
    }
}
