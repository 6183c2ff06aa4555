package dev.unembed.promptset.ui;

import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.promptset.VersionDetails;
import dev.unembed.promptset.VersionDiff;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;

/** Every version with who saved it and why; two of them compared. */
final class VersionsDialog extends Dialog {
    private static final int MOST_SHOWN = 12;

    private final Div comparison = Parts.stack();

    /** @param compare from one version to another @param open hears of a version to look at */
    VersionsDialog(
            List<VersionDetails> versions,
            int shown,
            Instant now,
            BiFunction<Integer, Integer, VersionDiff> compare,
            IntConsumer open) {
        super("Versions");
        setWidth("720px");
        PlainTable table = new PlainTable(
                "Versions",
                PlainTable.Column.number("Version", ""),
                PlainTable.Column.number("Examples", ""),
                PlainTable.Column.of("Note"),
                PlainTable.Column.of("Saved"),
                PlainTable.Column.of("SHA-256", "Of the examples' canonical JSON: equal means the same examples."),
                PlainTable.Column.actions());
        for (VersionDetails each : versions) {
            Span when = Parts.muted(Figures.ago(each.createdAt(), now));
            when.setTitle(Figures.absolute(each.createdAt()));
            Span hash = Parts.text(each.sha256().substring(0, 10), "mono");
            hash.setTitle(each.sha256());
            Div actions = Parts.row();
            actions.addClassName("end");
            if (each.version() != shown) {
                actions.add(
                        Parts.plain("Open", () -> {
                            close();
                            open.accept(each.version());
                        }),
                        Parts.plain(
                                "Compare",
                                () -> show(compare.apply(
                                        Math.min(each.version(), shown), Math.max(each.version(), shown)))));
            } else {
                actions.add(Parts.muted("shown"));
            }
            table.row(
                    new Span(String.valueOf(each.version())),
                    new Span(Figures.grouped(each.count())),
                    new Span(each.note()),
                    Parts.div("two", new Span(each.author()), when),
                    hash,
                    actions);
        }
        comparison.getElement().setAttribute("aria-live", "polite");
        add(Parts.stack(table, comparison));
        getFooter().add(Parts.button("Close", this::close));
    }

    private void show(VersionDiff diff) {
        comparison.removeAll();
        comparison.add(Parts.div(
                "strong",
                new Span("From version " + diff.from() + " to " + diff.to() + ": "
                        + diff.added().size() + " added, "
                        + diff.removed().size() + " removed, " + diff.changed().size() + " changed, "
                        + diff.unchanged() + " unchanged")));
        part("Added", diff.added());
        part("Removed", diff.removed());
        diff.changed().stream()
                .limit(MOST_SHOWN)
                .forEach(changed -> comparison.add(Parts.row(
                        Parts.chip("Changed: " + String.join(", ", changed.fields())),
                        PromptSetWords.line(changed.before()),
                        Parts.muted("→"),
                        PromptSetWords.line(changed.after()))));
    }

    private void part(String word, List<PromptExample> examples) {
        examples.stream()
                .limit(MOST_SHOWN)
                .forEach(each -> comparison.add(Parts.row(Parts.chip(word), PromptSetWords.line(each))));
        if (examples.size() > MOST_SHOWN) {
            comparison.add(Parts.muted("and " + (examples.size() - MOST_SHOWN) + " more"));
        }
    }
}
