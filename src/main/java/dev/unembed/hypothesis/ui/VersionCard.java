package dev.unembed.hypothesis.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Header;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.engine.circuit.Thresholds;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.hypothesis.HypothesisDetails;
import dev.unembed.hypothesis.HypothesisDetails.Frozen;
import dev.unembed.hypothesis.HypothesisDetails.Version;
import dev.unembed.hypothesis.VersionContent;
import dev.unembed.run.RunDetails;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** What a version claims and how it is tested, and the tests it had. */
class VersionCard extends Div {
    private static final int SHOWN_PROMPTS = 3;

    private final Instant now;

    /** @param prompts where they came from */
    VersionCard(HypothesisDetails hypothesis, Version version, Component prompts, List<RunDetails> tests, Instant now) {
        this.now = now;
        addClassNames("card", "claim");
        VersionContent content = version.content();
        PlainTable table =
                new PlainTable("What is claimed", PlainTable.Column.of("What"), PlainTable.Column.of("Value"));
        table.addClassName("capsule");
        Paragraph claim = new Paragraph(content.claim());
        claim.addClassName("claimed");
        line(table, "Claim", claim);
        line(table, "Circuit", HypothesisWords.circuit(content));
        line(table, "Prompts", prompts(prompts, content));
        line(table, "Protocol", new Span(HypothesisWords.protocol(content.protocol())));
        line(table, "Has to hold", new Span(thresholds(content.thresholds())));
        if (content.heldOut() > 0) {
            line(table, "Held-out", new Span(Figures.counted(content.heldOut(), "prompt") + ", made at the test"));
        }
        line(table, "Seed", Parts.text(String.valueOf(content.seed()), "mono"));
        line(table, "Saved", when(version.author(), version.createdAt()));
        line(table, "Frozen", frozen(hypothesis, version));
        if (!tests.isEmpty()) {
            line(table, "Tests", tests(tests));
        }
        add(new Header(new H2("What version " + version.number() + " claims")), table);
    }

    private static void line(PlainTable table, String what, Component value) {
        table.row(Parts.muted(what), value);
    }

    private Component when(String who, Instant at) {
        Span time = new Span(who + ", " + Figures.ago(at, now));
        time.setTitle(Figures.absolute(at));
        return time;
    }

    private static Component prompts(Component from, VersionContent content) {
        Div prompts = Parts.div("prompts", from);
        content.examples().stream().limit(SHOWN_PROMPTS).forEach(each -> prompts.add(prompt(each)));
        if (content.examples().size() > SHOWN_PROMPTS) {
            prompts.add(Parts.muted("and " + (content.examples().size() - SHOWN_PROMPTS) + " more"));
        }
        return prompts;
    }

    private static Component prompt(PromptExample example) {
        Div line = Parts.div("row", new Span(example.prompt()), Parts.token(example.answer()));
        if (example.foil() != null) {
            line.add(Parts.muted("not"), Parts.token(example.foil()));
        }
        return line;
    }

    private Component frozen(HypothesisDetails hypothesis, Version version) {
        Frozen frozen = version.frozen();
        if (frozen == null) {
            return Parts.muted("not yet");
        }
        Div box = Parts.div("row", when(frozen.by(), frozen.at()));
        Component hash = Parts.text(frozen.hash(), "mono break");
        Anchor canonical = new Anchor(
                "/api/v1/hypotheses/" + hypothesis.id() + "/versions/" + version.number() + "/canonical",
                "what the hash is of");
        canonical.setRouterIgnore(true);
        canonical.addClassName("link");
        box.add(Parts.muted("SHA-256"), hash, canonical);
        return box;
    }

    private Component tests(List<RunDetails> tests) {
        Div lines = new Div();
        for (RunDetails run : tests) {
            String label = run.summary() == null
                    ? run.status().name().toLowerCase(Locale.ROOT)
                    : run.summary().path("verdict").asText("done");
            lines.add(Parts.div(
                    "row",
                    Parts.link("runs/" + run.id(), "run " + run.id(), "link"),
                    new Span(label.isEmpty() ? "done" : label),
                    when(run.author(), run.createdAt())));
        }
        return lines;
    }

    private static String thresholds(Thresholds thresholds) {
        return "keeps at least " + percent(thresholds.sufficiency()) + " · at most " + percent(thresholds.necessity())
                + " left without it · p at most " + thresholds.pValue() + " · completeness gap at most "
                + percent(thresholds.completeness()) + " · each component at least " + percent(thresholds.minimality());
    }

    private static String percent(double share) {
        return Math.round(100 * share) + " %";
    }
}
