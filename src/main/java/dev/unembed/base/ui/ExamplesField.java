package dev.unembed.base.ui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.customfield.CustomField;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.TextField;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Prompts with a right and a wrong continuation: those of a stored prompt set, or typed here, one per row. The value is
 * {@code {"promptSet": …}} or {@code {"examples": […]}}, as parameters have them.
 */
public class ExamplesField extends CustomField<ObjectNode> {
    /** A stored set in its newest version. */
    public record Choice(long id, int version, String name, int examples) {}

    private static final int MOST_TYPED = 50;

    private final Select<Choice> set = new Select<>();
    private final Div rows = Parts.stack();
    private final Button more = new Button("Add an example", click -> addRow());
    private final List<Row> typed = new ArrayList<>();
    private List<Choice> choices = List.of();
    /** Kept as they came where a row can't show all of an example: named positions, counterparts. */
    private @Nullable ArrayNode given;

    private record Row(Div line, TextField prompt, TextField answer, TextField foil, TextField corrupted) {
        boolean isEmpty() {
            return prompt.isEmpty() && answer.isEmpty() && foil.isEmpty() && corrupted.isEmpty();
        }
    }

    public ExamplesField(String label, String help) {
        super(JsonNodeFactory.instance.objectNode());
        setLabel(label);
        setHelperText(help);
        setWidthFull();
        set.setLabel("Prompt set");
        set.setEmptySelectionAllowed(true);
        set.setEmptySelectionCaption("None: type examples here");
        set.setItemLabelGenerator(choice -> choice == null
                ? "None: type examples here"
                : choice.name() + " · v" + choice.version() + " · " + Figures.counted(choice.examples(), "prompt"));
        set.setWidthFull();
        set.addValueChangeListener(change -> showRows());
        more.addClassName("quiet");
        add(Parts.stack(set, rows, more));
        addRow();
        showRows();
    }

    /** The sets that can be chosen; one that was chosen and is among them stays so. */
    public void setChoices(List<Choice> available) {
        Choice chosen = set.getValue();
        choices = List.copyOf(available);
        set.setItems(choices);
        set.setVisible(!choices.isEmpty());
        if (chosen != null) {
            choose(chosen.id(), chosen.version());
        }
        showRows();
    }

    private void choose(long id, int version) {
        Optional<Choice> same =
                choices.stream().filter(choice -> choice.id() == id).findFirst();
        same.ifPresent(
                choice -> set.setValue(version > 0 && version != choice.version() ? older(choice, version) : choice));
    }

    /** An older version is offered beside the newest only where somebody asked for it. */
    private Choice older(Choice newest, int version) {
        Choice older = new Choice(newest.id(), version, newest.name(), newest.examples());
        List<Choice> all = new ArrayList<>(choices);
        all.add(older);
        set.setItems(all);
        return older;
    }

    private void showRows() {
        boolean typing = set.getValue() == null;
        rows.setVisible(typing && given == null);
        more.setVisible(typing && given == null && typed.size() < MOST_TYPED);
    }

    private Row addRow() {
        Div line = Parts.div("example-row");
        int number = typed.size() + 1;
        Row row = new Row(
                line,
                text("Prompt " + number, "Then Mary and John went to the store. John gave a book to"),
                text("Answer", " Mary"),
                text("Foil", " John"),
                text("Corrupted prompt", "the same with what decides exchanged"));
        line.add(row.prompt(), row.answer(), row.foil(), row.corrupted());
        typed.add(row);
        rows.add(line);
        showRows();
        return row;
    }

    private static TextField text(String label, String example) {
        TextField field = new TextField(label);
        field.setPlaceholder(example);
        field.getElement().setAttribute("spellcheck", "false");
        return field;
    }

    /** The stored set that was chosen, as parameters name it. */
    public JsonNode promptSet() {
        Choice chosen = set.getValue();
        return chosen == null
                ? JsonNodeFactory.instance.nullNode()
                : JsonNodeFactory.instance.objectNode().put("id", chosen.id()).put("version", chosen.version());
    }

    /** What was typed; null where a stored set was chosen. */
    public JsonNode examples() {
        if (set.getValue() != null) {
            return JsonNodeFactory.instance.nullNode();
        }
        if (given != null) {
            return given.deepCopy();
        }
        ArrayNode examples = JsonNodeFactory.instance.arrayNode();
        for (Row row : typed) {
            if (!row.isEmpty()) {
                ObjectNode example = examples.addObject()
                        .put("prompt", row.prompt().getValue())
                        .put("answer", row.answer().getValue());
                put(example, "foil", row.foil());
                put(example, "corrupted", row.corrupted());
            }
        }
        return examples;
    }

    private static void put(ObjectNode example, String name, TextField field) {
        if (!field.isEmpty()) {
            example.put(name, field.getValue());
        }
    }

    public void setPromptSet(JsonNode value) {
        if (value.path("id").isIntegralNumber()) {
            choose(value.get("id").longValue(), value.path("version").asInt(0));
        }
    }

    /** Shows them in rows, or, where rows can't show all of them, keeps them as they are. */
    public void setExamples(JsonNode value) {
        if (value.isEmpty()) {
            return;
        }
        boolean plain = value.size() <= MOST_TYPED
                && value.valueStream()
                        .allMatch(example -> isBlank(example, "positions")
                                && isBlank(example, "counterparts")
                                && isBlank(example, "template"));
        given = plain ? null : ((ArrayNode) value).deepCopy();
        typed.clear();
        rows.removeAll();
        if (plain) {
            value.forEach(example -> {
                Row row = addRow();
                row.prompt().setValue(example.path("prompt").asText(""));
                row.answer().setValue(example.path("answer").asText(""));
                row.foil().setValue(example.path("foil").asText(""));
                row.corrupted().setValue(example.path("corrupted").asText(""));
            });
        } else {
            setHelperText(Figures.counted(value.size(), "example") + " of the analysis this one starts from.");
        }
        showRows();
    }

    private static boolean isBlank(JsonNode example, String name) {
        return example.path(name).isMissingNode()
                || example.get(name).isNull()
                || example.get(name).isContainerNode() && example.get(name).isEmpty();
    }

    /** Whether there is something to compute with; says what is missing. */
    public boolean complete() {
        if (set.getValue() != null || given != null) {
            return true;
        }
        if (examples().isEmpty()) {
            setInvalid(true);
            setErrorMessage(
                    choices.isEmpty()
                            ? "Type at least one prompt with its answer."
                            : "Choose a prompt set, or type at least one prompt with its answer.");
            return false;
        }
        return true;
    }

    @Override
    protected ObjectNode generateModelValue() {
        ObjectNode value = JsonNodeFactory.instance.objectNode();
        if (set.getValue() != null) {
            value.set("promptSet", promptSet());
        } else {
            value.set("examples", examples());
        }
        return value;
    }

    @Override
    protected void setPresentationValue(ObjectNode value) {
        setExamples(value.path("examples"));
        setPromptSet(value.path("promptSet"));
    }
}
