package dev.unembed.engine.result;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * What one patched place at a time does: layers by columns, 0 as the corrupted run, 1 as the clean one.
 *
 * @param values (patched - corrupted) / (clean - corrupted) of the means [layer column]
 * @param raw mean logit difference of the patched runs [layer column]
 */
@SuppressWarnings("ArrayRecordComponent")
public record ScoreGrid(Header header, float[] values, float[] raw) implements Result {
    /**
     * @param site {@code resid_pre}, {@code attn_out}, {@code mlp_out} or {@code head}
     * @param direction {@code denoising}: clean activations in the corrupted run; {@code noising}: the other way round
     * @param positions {@code each}, {@code all} or the name of one
     * @param columns tokens, names of positions or heads
     * @param cleanMean corruptedMean logit differences of the two runs
     */
    @JsonPropertyOrder({
        "kind",
        "site",
        "direction",
        "positions",
        "cleanMean",
        "corruptedMean",
        "layers",
        "columns",
        "examples",
        "selfCheck"
    })
    public record Header(
            String kind,
            String site,
            String direction,
            String positions,
            double cleanMean,
            double corruptedMean,
            int layers,
            List<String> columns,
            List<Example> examples,
            SelfCheck selfCheck) {
        public Header {
            columns = List.copyOf(columns);
            examples = List.copyOf(examples);
        }
    }

    @JsonPropertyOrder({"prompt", "corrupted", "answer", "foil", "cleanLogitDiff", "corruptedLogitDiff"})
    public record Example(
            String prompt,
            String corrupted,
            String answer,
            String foil,
            double cleanLogitDiff,
            double corruptedLogitDiff) {}

    /** @param selfPatchChange how far a logit difference moved when a run was patched with itself */
    public record SelfCheck(double selfPatchChange, double tolerance) {}

    public ScoreGrid {
        int cells = header.layers() * header.columns().size();
        if (values.length != cells || raw.length != cells) {
            throw new IllegalArgumentException(values.length + " values and " + raw.length + " raw ones don't fill "
                    + header.layers() + " layers x " + header.columns().size() + " columns");
        }
    }

    public int cell(int layer, int column) {
        return layer * header.columns().size() + column;
    }

    @Override
    public ObjectNode summary() {
        // noising begins at the clean run, which is 1
        double from = header.direction().equals("noising") ? 1 : 0;
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (Math.abs(values[i] - from) > Math.abs(values[best] - from)) {
                best = i;
            }
        }
        int columns = header.columns().size();
        String column = header.columns().get(best % columns);
        String place = header.site().equals("head") ? "L" + best / columns + column : "layer " + best / columns;
        ObjectNode summary = JsonNodeFactory.instance.objectNode();
        summary.put("headline", String.format(Locale.ROOT, "%s %+.2f", place, values[best]));
        summary.put("beside", header.site() + ", " + header.direction());
        summary.put(
                "detail",
                String.format(
                        Locale.ROOT,
                        "Patching %s moves the logit difference most; clean %.2f, corrupted %.2f, %d examples.",
                        header.site().equals("head") ? place : place + " at '" + column + "'",
                        header.cleanMean(),
                        header.corruptedMean(),
                        header.examples().size()));
        return summary;
    }
}
