package dev.unembed.run.ui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * What a lens run found at its last position, from the summary that is stored with the run.
 *
 * @param token text of the model's own prediction
 * @param probability of that token, 0 to 1
 * @param crystallised first layer from which it stays on top
 * @param layers number of blocks: the final lens layer
 * @param overwritten how many other tokens were on top before
 * @param tokens length of the prompt, BOS included
 */
record Findings(String token, double probability, int crystallised, int layers, int overwritten, int tokens) {

    /** Null for a run without a result, or one whose summary says other things. */
    static @Nullable Findings of(@Nullable ObjectNode summary) {
        if (summary == null || !summary.path("final").path("text").isTextual()) {
            return null;
        }
        JsonNode last = summary.path("final");
        return new Findings(
                last.path("text").textValue(),
                Math.exp(last.path("logProb").asDouble()),
                summary.path("crystallised").asInt(),
                summary.path("layers").asInt(),
                summary.path("overwritten").asInt(),
                summary.path("tokens").asInt());
    }

    /** {@code layer 29 of 30}: where the prediction is settled. */
    String where() {
        return "layer " + crystallised + " of " + layers;
    }
}
