package dev.unembed.hypothesis.ui;

import com.fasterxml.jackson.databind.JsonNode;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Header;
import com.vaadin.flow.component.html.Span;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.hypothesis.Comparison;
import dev.unembed.hypothesis.HypothesisDetails.Version;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Two versions side by side: what was added and removed, what else changed, and what the tests said of each. */
class VersionComparison extends Div {
    private static final int LONGEST = 160;

    VersionComparison(Comparison comparison, Instant now) {
        addClassNames("card", "claim");
        Version from = comparison.from();
        Version to = comparison.to();
        PlainTable table = new PlainTable(
                "Comparison",
                PlainTable.Column.of("What"),
                PlainTable.Column.of("Version " + from.number()),
                PlainTable.Column.of("Version " + to.number()));
        table.row(Parts.muted("State"), HypothesisWords.chip(from.state()), HypothesisWords.chip(to.state()));
        table.row(Parts.muted("Verdict"), evidence(from, now), evidence(to, now));
        table.row(Parts.muted("Components only there"), nodes(comparison.removed()), nodes(comparison.added()));
        if (!comparison.kept().isEmpty()) {
            table.row(
                    Parts.muted("In both"),
                    Parts.muted(Figures.counted(comparison.kept().size(), "component")),
                    HypothesisWords.nodes(comparison.kept()));
        }
        for (Comparison.Change change : comparison.changes()) {
            table.row(Parts.muted(words(change.field())), value(change.from()), value(change.to()));
        }
        add(new Header(new H2("Version " + from.number() + " beside version " + to.number())), table);
    }

    private static Component nodes(List<String> names) {
        return names.isEmpty() ? Parts.muted("none") : HypothesisWords.nodes(names);
    }

    private static Component evidence(Version version, Instant now) {
        if (version.evidence() == null) {
            return Parts.muted("untested");
        }
        return Parts.div(
                "two",
                new Span(HypothesisWords.figures(version.evidence())),
                Parts.muted(Figures.ago(version.evidence().finishedAt(), now)));
    }

    private static Component value(@Nullable JsonNode value) {
        if (value == null) {
            return Parts.muted("–");
        }
        String text = switch (value.getNodeType()) {
            case STRING -> value.textValue();
            // classes are lists of names; prompts are too long to be read here
            case ARRAY ->
                value.valueStream().allMatch(JsonNode::isTextual)
                        ? value.valueStream().map(JsonNode::textValue).collect(Collectors.joining(", "))
                        : Figures.counted(value.size(), "prompt");
            default -> value.toString();
        };
        return new Span(text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…");
    }

    /** {@code protocol.randomCircuits} as {@code random circuits}. */
    static String words(String field) {
        String last = field.substring(field.lastIndexOf('.') + 1);
        String words = last.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
        if (field.startsWith("classes.")) {
            return "class " + field.substring("classes.".length());
        }
        return field.startsWith("thresholds.") ? "threshold: " + words : words;
    }
}
