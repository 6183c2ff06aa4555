package dev.unembed.promptset.ui;

import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.textfield.TextArea;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.value.ValueChangeMode;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.TokenChips;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.prompt.Preflight;
import dev.unembed.engine.prompt.Preflight.Finding;
import dev.unembed.engine.prompt.Preflight.Level;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptExample.Span;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One example, field by field, with what the model's tokenizer makes of it. */
final class ExampleDialog extends Dialog {
    private static final Pattern POSITION = Pattern.compile("\\s*([^=\\s]+)\\s*=\\s*(\\d{1,6})\\s*-\\s*(\\d{1,6})\\s*");

    final TextArea prompt = new TextArea("Prompt");
    final TextField answer = line("Answer", "One token, mostly with a leading space.");
    final TextField foil = line("Foil", "A wrong one; empty for none.");
    final TextArea corrupted = new TextArea("Corrupted prompt");
    final TextField template = line("Template", "Means are taken over examples of one template.");
    final TextField positions = line("Named positions", "Characters of the prompt: S1=9-13, S2=34-38.");
    private final Div findings = Parts.stack();
    private final Function<PromptExample, Preflight.Check> check;
    private final PromptExample before;

    /** @param check what the model's tokenizer says @param done hears the example as it was left */
    ExampleDialog(
            String title,
            PromptExample example,
            @Nullable String model,
            Function<PromptExample, Preflight.Check> check,
            Consumer<PromptExample> done) {
        super(title);
        this.check = check;
        this.before = example;
        setWidth("680px");
        TokenChips chips = new TokenChips();
        chips.setModel(model);
        chips.follow(prompt);
        for (TextArea area : List.of(prompt, corrupted)) {
            area.setWidthFull();
            area.setMinRows(2);
            area.setValueChangeMode(ValueChangeMode.LAZY);
            area.getElement().setAttribute("spellcheck", "false");
        }
        findings.getElement().setAttribute("aria-live", "polite");
        add(Parts.stack(
                prompt,
                chips,
                Parts.div("fields", answer, foil),
                corrupted,
                Parts.div("fields", template, positions),
                findings));
        getFooter().add(Parts.button("Cancel", this::close), Parts.primary("Keep", () -> finish(done)));
        fill(example);
        List.of(prompt, corrupted).forEach(field -> field.addValueChangeListener(change -> look()));
        List.of(answer, foil, positions).forEach(field -> field.addValueChangeListener(change -> look()));
        look();
    }

    private static TextField line(String label, String help) {
        TextField field = new TextField(label);
        field.setHelperText(help);
        field.setValueChangeMode(ValueChangeMode.LAZY);
        field.getElement().setAttribute("spellcheck", "false");
        return field;
    }

    private void fill(PromptExample example) {
        prompt.setValue(example.prompt());
        answer.setValue(example.answer());
        foil.setValue(text(example.foil()));
        corrupted.setValue(text(example.corrupted()));
        template.setValue(text(example.template()));
        positions.setValue(example.positions().entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue().start() + "-"
                        + each.getValue().end())
                .collect(Collectors.joining(", ")));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** @throws InvalidInput for positions that can't be read */
    PromptExample example() {
        return new PromptExample(
                prompt.getValue(),
                answer.getValue(),
                foil.isEmpty() ? null : foil.getValue(),
                corrupted.isEmpty() ? null : corrupted.getValue(),
                template.isEmpty() ? null : template.getValue(),
                new TreeMap<>(positions(positions.getValue())),
                before.counterparts());
    }

    static Map<String, Span> positions(String text) {
        Map<String, Span> spans = new TreeMap<>();
        for (String each : text.split(",")) {
            if (each.isBlank()) {
                continue;
            }
            Matcher matcher = POSITION.matcher(each);
            if (!matcher.matches()) {
                throw new InvalidInput("Position '" + each.strip()
                        + "' can't be read; expected a name and characters, such as S1=9-13.");
            }
            spans.put(
                    matcher.group(1), new Span(Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3))));
        }
        return spans;
    }

    private void look() {
        findings.removeAll();
        positions.setInvalid(false);
        try {
            for (Finding finding : check.apply(example()).findings()) {
                Div line = Parts.row(
                        Parts.chip(finding.field(), finding.level() == Level.ERROR ? "bad" : "warn"),
                        Parts.text(finding.message(), "break"));
                Preflight.Offer offer = finding.offer();
                if (offer != null) {
                    line.add(Parts.plain("Use " + offer.label(), () -> {
                        fill(offer.example());
                        look();
                    }));
                }
                findings.add(line);
            }
        } catch (InvalidInput e) {
            positions.setErrorMessage(e.getMessage());
            positions.setInvalid(true);
        }
    }

    private void finish(Consumer<PromptExample> done) {
        if (prompt.isEmpty() || answer.isEmpty()) {
            TextField needed = answer;
            if (prompt.isEmpty()) {
                prompt.setErrorMessage("Every example has a prompt.");
                prompt.setInvalid(true);
            } else {
                needed.setErrorMessage("Every example has an answer.");
                needed.setInvalid(true);
            }
            return;
        }
        look();
        if (!positions.isInvalid()) {
            done.accept(example());
            close();
        }
    }
}
