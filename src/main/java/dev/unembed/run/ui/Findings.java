package dev.unembed.run.ui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.base.ui.Figures;
import org.jspecify.annotations.Nullable;

/**
 * What a run found, in a few words for lists, from the summary that is stored with the run: a lens the prediction at its
 * last position, other kinds the {@code headline} and {@code detail} they give themselves.
 *
 * @param headline the finding: a token, a share, a verdict
 * @param beside where or of what, in a few words
 * @param detail a sentence more
 */
record Findings(String headline, String beside, String detail) {

    /** Null for a run without a result. */
    static @Nullable Findings of(@Nullable ObjectNode summary) {
        if (summary == null) {
            return null;
        }
        if (summary.path("final").path("text").isTextual()) {
            return ofLens(summary);
        }
        return summary.path("headline").isTextual()
                ? new Findings(
                        summary.get("headline").textValue(),
                        summary.path("beside").asText(""),
                        summary.path("detail").asText(""))
                : null;
    }

    private static Findings ofLens(ObjectNode summary) {
        JsonNode last = summary.path("final");
        return new Findings(
                Figures.visible(last.path("text").textValue()),
                "layer " + summary.path("crystallised").asInt() + " of "
                        + summary.path("layers").asInt(),
                Figures.percent(Math.exp(last.path("logProb").asDouble())) + " after "
                        + Figures.counted(summary.path("tokens").asInt(), "token"));
    }
}
