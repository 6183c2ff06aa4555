package dev.unembed.promptset.ui;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.TextArea;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.component.upload.Upload;
import com.vaadin.flow.data.value.ValueChangeMode;
import com.vaadin.flow.server.streams.UploadHandler;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.base.ui.Problems;
import dev.unembed.promptset.ExamplesImport;
import dev.unembed.promptset.ExamplesImport.Problem;
import dev.unembed.promptset.ExamplesImport.Read;
import dev.unembed.promptset.PromptSetService;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Reads examples from a file or a pasted text, and says row by row what is wrong with it. */
final class ImportDialog extends Dialog {
    private static final int PREVIEWED = 5;
    private static final int MOST_PROBLEMS = 20;
    private static final int MAX_BYTES = 8 << 20;

    final TextArea text = new TextArea("Paste CSV, JSON Lines, JSON, or cells of a spreadsheet");
    final TextField name = new TextField("Name");
    final Div found = Parts.div("example-preview");
    final Button take;
    private final Paragraph problem = new Paragraph();
    private @Nullable Read read;

    /** @param named whether a name is asked for @param done hears the name ("" where none is asked for) and what was read */
    ImportDialog(boolean named, BiConsumer<String, Read> done) {
        super("Import examples");
        setWidth("760px");
        Upload upload = new Upload(UploadHandler.inMemory((file, bytes) -> {
            text.setValue(new String(bytes, StandardCharsets.UTF_8));
            if (name.isEmpty()) {
                name.setValue(file.fileName().replaceFirst("\\.[A-Za-z]+$", ""));
            }
            show(text.getValue());
        }));
        upload.setAcceptedFileTypes(".csv", ".tsv", ".jsonl", ".json", "text/csv", "application/json");
        upload.setMaxFiles(1);
        upload.setMaxFileSize(MAX_BYTES);
        text.setWidthFull();
        text.setMinRows(4);
        text.setMaxRows(8);
        text.setMaxLength(MAX_BYTES);
        text.addClassName("paste");
        text.setPlaceholder(
                "prompt,answer,foil,corrupted\nThe capital of France is, Paris, Rome,The capital of Italy is");
        text.setHelperText(
                "The first line of CSV names the columns: " + String.join(", ", ExamplesImport.COLUMNS) + ".");
        text.setValueChangeMode(ValueChangeMode.LAZY);
        text.addValueChangeListener(change -> show(change.getValue()));
        name.setMaxLength(PromptSetService.MAX_NAME_CHARACTERS);
        name.setVisible(named);
        problem.addClassName("failed");
        problem.setVisible(false);
        take = Parts.primary(named ? "Make the set" : "Add the examples", () -> finish(done));
        take.setEnabled(false);
        found.getElement().setAttribute("aria-live", "polite");
        add(Parts.stack(upload, text, found, name, problem));
        getFooter().add(Parts.button("Cancel", this::close), take);
    }

    private void show(String content) {
        found.removeAll();
        Read now = content.isBlank() ? null : ExamplesImport.read(content, null);
        read = now;
        take.setEnabled(now != null && now.problems().isEmpty());
        if (now == null) {
            return;
        }
        found.add(Parts.row(
                Parts.chip(Figures.counted(now.examples().size(), "example") + " read as " + now.format()),
                now.problems().isEmpty()
                        ? Parts.chip("every row is right", "good")
                        : Parts.chip(Figures.counted(now.problems().size(), "row") + " can't be read", "bad")));
        if (!now.problems().isEmpty()) {
            found.add(problems(now.problems()));
        }
        now.examples().stream().limit(PREVIEWED).forEach(example -> found.add(PromptSetWords.line(example)));
    }

    private static PlainTable problems(List<Problem> all) {
        PlainTable table = new PlainTable(
                "Rows that can't be read",
                PlainTable.Column.number("Line", ""),
                PlainTable.Column.of("Column"),
                PlainTable.Column.of("What is wrong"));
        all.stream()
                .limit(MOST_PROBLEMS)
                .forEach(each -> table.row(
                        new Span(String.valueOf(each.line())), new Span(each.column()), new Span(each.message())));
        if (all.size() > MOST_PROBLEMS) {
            table.row(new Span("…"), new Span(), Parts.muted("and " + (all.size() - MOST_PROBLEMS) + " more"));
        }
        return table;
    }

    private void finish(BiConsumer<String, Read> done) {
        Read now = read;
        if (now == null) {
            return;
        }
        try {
            done.accept(name.getValue(), now);
            close();
        } catch (RuntimeException failure) {
            problem.setText(Problems.sentence(failure));
            problem.setVisible(true);
        }
    }
}
