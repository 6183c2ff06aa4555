package dev.unembed.promptset.ui;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.combobox.MultiSelectComboBox;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.value.ValueChangeMode;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.Problems;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptGenerator;
import dev.unembed.engine.prompt.PromptRecipe;
import dev.unembed.engine.prompt.PromptTemplate;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelRegistry;
import dev.unembed.promptset.PromptSetService;
import dev.unembed.promptset.PromptSetService.Generated;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Chooses what to generate, with the first examples in view while it is chosen. */
final class GenerateDialog extends Dialog {
    private static final int PREVIEWED = 6;

    final Select<ModelDetails> model = new Select<>();
    final Select<PromptGenerator> generator = new Select<>();
    final IntegerField count = number("Examples", 32, 1, PromptRecipe.MAX_COUNT);
    final IntegerField seed = number("Seed", 0, 0, Integer.MAX_VALUE);
    final IntegerField counterparts =
            number("Counterparts", PromptRecipe.DEFAULT_COUNTERPARTS, 0, PromptRecipe.MAX_COUNTERPARTS);
    final MultiSelectComboBox<PromptTemplate> templates = new MultiSelectComboBox<>("Templates");
    final TextField name = new TextField("Name");
    final Paragraph problem = new Paragraph();
    private final Paragraph about = Parts.quiet("");
    private final Div preview = Parts.div("example-preview");
    private final Button make;
    private final PromptSetService sets;
    private final List<PromptGenerator> tasks = PromptGenerator.all();
    private @Nullable Generated made;

    /** @param named whether a name is asked for @param done hears the name ("" where none is asked for) and the examples */
    GenerateDialog(PromptSetService sets, ModelRegistry models, boolean named, BiConsumer<String, Generated> done) {
        super("Generate examples");
        this.sets = sets;
        setWidth("760px");
        List<ModelDetails> all =
                models.list().stream().filter(ModelDetails::knowsText).toList();
        model.setLabel("For the model");
        model.setItems(all);
        model.setItemLabelGenerator(ModelDetails::name);
        model.setHelperText("Its tokenizer decides which words are one token.");
        generator.setLabel("Task");
        generator.setItems(tasks);
        generator.setItemLabelGenerator(PromptGenerator::label);
        templates.setItemLabelGenerator(template -> template.id() + "  " + template.text());
        templates.setPlaceholder("Those whose words the model knows");
        templates.setWidthFull();
        templates.addClassName("templates");
        counterparts.setHelperText("Unrelated people beside each example, for means.");
        name.setMaxLength(PromptSetService.MAX_NAME_CHARACTERS);
        name.setVisible(named);
        problem.addClassName("failed");
        problem.getElement().setAttribute("role", "alert");
        make = Parts.primary("Make the set", () -> finish(done));
        add(Parts.stack(
                Parts.div("two-fields", generator, model),
                about,
                Parts.div("fields", count, seed, counterparts),
                templates,
                name,
                problem,
                preview));
        getFooter().add(Parts.button("Cancel", this::close), make);
        generator.addValueChangeListener(change -> taskChosen(change.getValue()));
        templates.addValueChangeListener(change -> show());
        model.addValueChangeListener(change -> show());
        for (IntegerField field : List.of(count, seed, counterparts)) {
            field.addValueChangeListener(change -> show());
        }
        all.stream().findFirst().ifPresent(model::setValue);
        generator.setValue(tasks.getFirst());
    }

    private static IntegerField number(String label, int value, int min, int max) {
        IntegerField field = new IntegerField(label);
        field.setValue(value);
        field.setMin(min);
        field.setMax(max);
        field.setStepButtonsVisible(true);
        field.setValueChangeMode(ValueChangeMode.LAZY);
        return field;
    }

    private void taskChosen(PromptGenerator task) {
        String before = name.getValue();
        if (before.isEmpty() || tasks.stream().anyMatch(each -> each.label().equals(before))) {
            name.setValue(task.label());
        }
        counterparts.setVisible(task.hasCounterparts());
        templates.setItems(task.templates());
        templates.clear();
        show();
    }

    /** Makes the examples anew, and shows the first of them or why there are none. */
    private void show() {
        PromptGenerator task = generator.getValue();
        ModelDetails chosen = model.getValue();
        if (task == null || chosen == null) {
            return;
        }
        made = null;
        preview.removeAll();
        about.setText(task.help());
        problem.setVisible(false);
        try {
            PromptRecipe recipe = new PromptRecipe(
                    task.name(),
                    null,
                    value(count),
                    value(seed),
                    templates.getValue().stream()
                            .map(PromptTemplate::id)
                            .sorted()
                            .toList(),
                    value(counterparts));
            Generated examples = sets.generate(chosen.name(), recipe);
            made = examples;
            List<PromptExample> first =
                    examples.examples().stream().limit(PREVIEWED).toList();
            first.forEach(example -> preview.add(PromptSetWords.line(example)));
            int more = examples.examples().size() - first.size();
            if (more > 0) {
                preview.add(Parts.muted("and " + Figures.counted(more, "more example")));
            }
        } catch (RuntimeException failure) {
            problem.setText(Problems.sentence(failure));
            problem.setVisible(true);
        }
        make.setEnabled(made != null);
    }

    private static int value(IntegerField field) {
        return field.getValue() == null ? 0 : field.getValue();
    }

    private void finish(BiConsumer<String, Generated> done) {
        Generated examples = made;
        if (examples == null) {
            return;
        }
        try {
            done.accept(name.getValue(), examples);
            close();
        } catch (RuntimeException failure) {
            problem.setText(Problems.sentence(failure));
            problem.setVisible(true);
        }
    }
}
