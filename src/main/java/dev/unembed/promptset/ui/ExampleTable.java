package dev.unembed.promptset.ui;

import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.grid.GridVariant;
import com.vaadin.flow.data.renderer.LitRenderer;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.Parts;
import dev.unembed.engine.prompt.Preflight.Finding;
import dev.unembed.engine.prompt.Preflight.Level;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.result.PreflightTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The examples of a set, as a model's tokens: the corrupted prompt below the prompt, what differs marked in both. */
final class ExampleTable extends Grid<ExampleTable.Row> {
    /**
     * @param index from 0
     * @param findings of the chosen model's tokenizer
     * @param said by the model, where it was asked
     */
    record Row(int index, PromptExample example, List<Finding> findings, PreflightTable.@Nullable Row said) {
        /** Rows are the same by their place. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Row row && row.index == index;
        }

        @Override
        public int hashCode() {
            return index;
        }
    }

    private static final String PROMPT = """
            <div class="example">
              <div class="toks">${item.tokens.map((token, i) => html`<span class="tok ${item.differs[i] ? 'differs' : ''}">${token}</span>`)}</div>
              ${item.corrupted.length ? html`<div class="toks corrupted" title=${item.whole}><span class="muted">corrupted</span>
                ${item.corrupted.map((token) => html`<span class="tok ${token === '→' ? '' : 'differs'}">${token}</span>`)}</div>` : ''}
            </div>""";

    private static final String ANSWER = """
            <div class="toks"><span class="tok strong">${item.answer}</span>
              ${item.foil ? html`<span class="muted">not</span><span class="tok faded">${item.foil}</span>` : ''}</div>""";

    private static final String MARKS = """
            ${item.worst
              ? html`<button class="mark-chip chip ${item.worst}" @click=${open} title="${item.said}"><span class="dot"></span>${item.mark}</button>`
              : html`<span class="chip good"><span class="dot"></span>sound</span>`}""";

    private final Function<String, List<String>> pieces;
    private final Column<Row> answerSaid;
    private final Column<Row> difference;

    /** @param pieces of a text, as the chosen model's tokenizer cuts it @param open hears of a row to look into */
    ExampleTable(Function<String, List<String>> pieces, Consumer<Row> open) {
        this.pieces = pieces;
        addThemeVariants(GridVariant.LUMO_NO_BORDER);
        addClassName("examples");
        getElement().setAttribute("aria-label", "Examples");
        setSelectionMode(SelectionMode.MULTI);
        addColumn(row -> row.index() + 1).setHeader("#").setFlexGrow(0).setWidth("48px");
        addColumn(LitRenderer.<Row>of(PROMPT)
                        .withProperty(
                                "tokens", row -> this.pieces.apply(row.example().prompt()))
                        .withProperty("corrupted", row -> exchanged(row.example()))
                        .withProperty(
                                "whole",
                                row -> Objects.requireNonNullElse(row.example().corrupted(), ""))
                        .withProperty("differs", row -> differs(row.example())))
                .setHeader("Prompt")
                .setFlexGrow(9)
                .setWidth("270px");
        addColumn(LitRenderer.<Row>of(ANSWER)
                        .withProperty(
                                "answer", row -> Figures.visible(row.example().answer()))
                        .withProperty("foil", row -> {
                            String foil = row.example().foil();
                            return foil == null ? "" : Figures.visible(foil);
                        }))
                .setHeader("Answer, not foil")
                .setFlexGrow(2)
                .setWidth("160px");
        addColumn(row -> Objects.requireNonNullElse(row.example().template(), ""))
                .setHeader("Template")
                .setFlexGrow(1)
                .setWidth("112px");
        answerSaid = addColumn(LitRenderer.<Row>of("<span title=\"Rank ${item.rank} of all tokens\">${item.p}</span>")
                        .withProperty(
                                "p",
                                row -> row.said() == null
                                        ? ""
                                        : Figures.percent(Math.exp(row.said().answerLogProb())))
                        .withProperty(
                                "rank",
                                row -> row.said() == null ? 0 : row.said().answerRank()))
                .setHeader(Parts.explained("p(answer)", "The model's probability of the answer after the prompt."))
                .setFlexGrow(0)
                .setWidth("96px");
        difference = addColumn(LitRenderer.<Row>of("<span class=\"${item.wrong ? 'hurts' : ''}\">${item.value}</span>")
                        .withProperty("value", row -> difference(row.said()))
                        .withProperty(
                                "wrong",
                                row -> row.said() != null && !row.said().correct()))
                .setHeader(Parts.explained("Difference", "logit(answer) - logit(foil) at the last position."))
                .setFlexGrow(0)
                .setWidth("104px");
        addColumn(LitRenderer.<Row>of(MARKS)
                        .withProperty("worst", row -> row.findings().isEmpty() ? "" : isBroken(row) ? "bad" : "warn")
                        .withProperty("mark", ExampleTable::mark)
                        .withProperty(
                                "said",
                                row -> row.findings().stream()
                                        .map(Finding::message)
                                        .collect(Collectors.joining(" ")))
                        .withFunction("open", open::accept))
                .setHeader(Parts.explained(
                        "Pre-flight",
                        "Answer and foil are one token each, the corrupted prompt aligns, nothing is there twice: checked"
                                + " with the chosen model's tokenizer."))
                .setFlexGrow(1)
                .setWidth("118px");
        addItemDoubleClickListener(event -> open.accept(event.getItem()));
        getElement()
                .addEventListener(
                        "keydown",
                        event -> getSelectionModel().getFirstSelectedItem().ifPresent(open))
                .setFilter("event.key === 'F2'");
    }

    void show(List<Row> rows) {
        boolean asked = rows.stream().anyMatch(row -> row.said() != null);
        answerSaid.setVisible(asked);
        difference.setVisible(asked);
        deselectAll();
        setItems(rows);
        getElement().getStyle().set("--rows", String.valueOf(rows.size()));
    }

    /** What the corrupted prompt has in other places' stead: the tokens that go, an arrow, the tokens that come. */
    private List<String> exchanged(PromptExample example) {
        List<String> tokens = pieces.apply(example.prompt());
        List<String> other = corrupted(example);
        List<Boolean> differs = differs(example);
        if (other.isEmpty() || tokens.size() != other.size()) {
            return other;
        }
        List<String> gone = new ArrayList<>();
        List<String> come = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            if (differs.get(i)) {
                gone.add(tokens.get(i));
                come.add(other.get(i));
            }
        }
        gone.add("→");
        gone.addAll(come);
        return gone;
    }

    private List<String> corrupted(PromptExample example) {
        String text = example.corrupted();
        return text == null ? List.of() : pieces.apply(text);
    }

    /** Token by token; all of them where the prompts don't align. */
    private List<Boolean> differs(PromptExample example) {
        List<String> other = corrupted(example);
        if (other.isEmpty()) {
            return List.of();
        }
        List<String> tokens = pieces.apply(example.prompt());
        List<Boolean> differs = new ArrayList<>();
        for (int i = 0; i < Math.max(tokens.size(), other.size()); i++) {
            differs.add(
                    i >= tokens.size() || i >= other.size() || !tokens.get(i).equals(other.get(i)));
        }
        return differs;
    }

    private static boolean isBroken(Row row) {
        return row.findings().stream().anyMatch(finding -> finding.level() == Level.ERROR);
    }

    private static String mark(Row row) {
        if (row.findings().isEmpty()) {
            return "sound";
        }
        Finding first = row.findings().stream()
                .filter(finding -> finding.level() == Level.ERROR)
                .findFirst()
                .orElse(row.findings().getFirst());
        return first.field()
                + (row.findings().size() > 1 ? " +" + (row.findings().size() - 1) : "");
    }

    private static String difference(PreflightTable.@Nullable Row said) {
        return said == null || said.logitDiff() == null
                ? ""
                : String.format(Locale.ROOT, "%+.2f", said.logitDiff()).replace('-', '\u2212');
    }
}
