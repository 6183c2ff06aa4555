package dev.unembed.base.ui;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.vaadin.flow.component.AbstractField;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.Focusable;
import com.vaadin.flow.component.HasHelper;
import com.vaadin.flow.component.HasValidation;
import com.vaadin.flow.component.HasValue;
import com.vaadin.flow.component.checkbox.Checkbox;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.NumberField;
import com.vaadin.flow.component.textfield.TextArea;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.value.ValueChangeMode;
import dev.unembed.engine.experiment.Field;
import dev.unembed.engine.text.TokenizedPrompt;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The form of a params record, made from its components: label and help from {@link Field}, bounds from
 * {@code jakarta.validation} (of the accessor: a constraint can't stand on a record component itself), the input from the Java type or from {@link Field#input()}. It starts with what the record
 * makes of an empty object, so defaults are written once, in the record. Components without {@link Field}, and hidden
 * ones, keep that default and are left out of {@link #json()} unless {@link #setJson} brought a value.
 */
public class ParamsForm extends Div {
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    private static final int LONGEST_PROMPT = 1_000_000;

    /** One component's input: how it becomes JSON and back. */
    private record Input(
            String name, Component field, Function<JsonNodeFactory, JsonNode> read, Consumer<JsonNode> write) {}

    private final Class<? extends Record> type;
    private final Map<String, Input> inputs = new LinkedHashMap<>();
    private final ObjectNode unseen = JsonNodeFactory.instance.objectNode();
    private final Div prompts = Parts.stack();
    private final Div options = Parts.div("options");
    private final TokenChips tokenChips = new TokenChips();
    private final List<TextArea> promptFields = new ArrayList<>();
    private final List<TokensField> tokenFields = new ArrayList<>();
    private final List<ExamplesField> exampleFields = new ArrayList<>();
    private Function<String, TokenizedPrompt> encode;

    /** @param encode the chosen model's tokenizer, without a BOS token */
    public ParamsForm(Class<? extends Record> type, Function<String, TokenizedPrompt> encode) {
        this.type = type;
        this.encode = encode;
        addClassName("params");
        for (RecordComponent component : type.getRecordComponents()) {
            Field described = component.getAnnotation(Field.class);
            if (described != null && described.input() != Field.Input.HIDDEN) {
                add(component, described);
            }
        }
        options.setVisible(options.getComponentCount() > 0);
        add(prompts, options);
        defaults().ifPresent(this::setJson);
        unseen.removeAll();
    }

    /** What the record makes of {@code {}}; empty if it insists on something. */
    private Optional<ObjectNode> defaults() {
        try {
            return Optional.of(JSON.valueToTree(JSON.readValue("{}", type)));
        } catch (JsonProcessingException insists) {
            return Optional.empty();
        }
    }

    private void add(RecordComponent component, Field described) {
        String name = component.getName();
        switch (described.input()) {
            case PROMPT -> addPrompt(name, described);
            case TOKENS -> addTokens(name, described);
            case EXAMPLES -> addExamples(name, described);
            default -> options.add(plain(component, described));
        }
    }

    private void addPrompt(String name, Field described) {
        TextArea area = new TextArea(described.label());
        area.setMinRows(3);
        area.setMaxRows(14);
        area.setWidthFull();
        area.setValueChangeMode(ValueChangeMode.LAZY);
        area.getElement().setProperty("maxlength", LONGEST_PROMPT);
        area.getElement().setAttribute("spellcheck", "false");
        help(area, described);
        tokenChips.follow(area);
        promptFields.add(area);
        prompts.add(area, tokenChips);
        inputs.put(
                name,
                new Input(
                        name,
                        area,
                        json -> area.isEmpty() ? json.nullNode() : json.textNode(area.getValue()),
                        value -> area.setValue(value.asText(""))));
    }

    private void addTokens(String name, Field described) {
        TokensField field = new TokensField(described.label(), text -> encode.apply(text));
        field.setWidthFull();
        if (!described.help().isEmpty()) {
            field.setHelperText(described.help());
        }
        tokenFields.add(field);
        prompts.add(field);
        inputs.put(
                name,
                new Input(
                        name,
                        field,
                        json -> JSON.<ArrayNode>valueToTree(field.getValue()),
                        value -> field.setValue(tokens(value))));
    }

    /** Stands for two parameters: the examples themselves, and the stored set they are taken from. */
    private void addExamples(String name, Field described) {
        ExamplesField field = new ExamplesField(described.label(), described.help());
        exampleFields.add(field);
        prompts.add(field);
        inputs.put(name, new Input(name, field, json -> field.examples(), field::setExamples));
        inputs.put("promptSet", new Input("promptSet", field, json -> field.promptSet(), field::setPromptSet));
    }

    private static List<Object> tokens(JsonNode value) {
        List<Object> tokens = new ArrayList<>();
        value.forEach(each -> {
            if (each.isInt()) {
                tokens.add(each.intValue());
            } else if (each.isTextual()) {
                tokens.add(each.textValue());
            }
        });
        return tokens;
    }

    private Component plain(RecordComponent component, Field described) {
        String name = component.getName();
        Class<?> of = component.getType();
        if (of == boolean.class || of == Boolean.class) {
            return checkbox(name, described);
        }
        if (of == int.class || of == Integer.class || of == long.class || of == Long.class) {
            return integer(component, described);
        }
        if (of == double.class || of == Double.class || of == float.class || of == Float.class) {
            return number(component, described);
        }
        if (of.isEnum()) {
            return choice(name, of, described);
        }
        if (of == String.class) {
            return line(name, described);
        }
        throw new IllegalArgumentException(
                type.getName() + "." + name + ": no input for " + of.getSimpleName() + "; use Field.Input.");
    }

    private Checkbox checkbox(String name, Field described) {
        Checkbox box = new Checkbox(described.label());
        box.setHelperText(described.help());
        inputs.put(
                name,
                new Input(
                        name, box, json -> json.booleanNode(box.getValue()), value -> box.setValue(value.asBoolean())));
        return box;
    }

    private IntegerField integer(RecordComponent component, Field described) {
        String name = component.getName();
        IntegerField field = new IntegerField(described.label());
        Min min = component.getAccessor().getAnnotation(Min.class);
        Max max = component.getAccessor().getAnnotation(Max.class);
        if (min != null) {
            field.setMin(Math.toIntExact(min.value()));
        }
        if (max != null) {
            field.setMax(Math.toIntExact(max.value()));
        }
        field.setStepButtonsVisible(true);
        field.setRequiredIndicatorVisible(component.getType().isPrimitive());
        help(field, described, bounds(min, max));
        field.setI18n(new IntegerField.IntegerFieldI18n()
                .setBadInputErrorMessage("Give a whole number.")
                .setMinErrorMessage(outside(described, min, max))
                .setMaxErrorMessage(outside(described, min, max)));
        inputs.put(
                name,
                new Input(
                        name,
                        field,
                        json -> field.getValue() == null ? json.nullNode() : json.numberNode(field.getValue()),
                        value -> field.setValue(value.isNumber() ? Integer.valueOf(value.intValue()) : null)));
        return field;
    }

    private NumberField number(RecordComponent component, Field described) {
        String name = component.getName();
        NumberField field = new NumberField(described.label());
        Min min = component.getAccessor().getAnnotation(Min.class);
        Max max = component.getAccessor().getAnnotation(Max.class);
        if (min != null) {
            field.setMin(min.value());
        }
        if (max != null) {
            field.setMax(max.value());
        }
        help(field, described, bounds(min, max));
        inputs.put(
                name,
                new Input(
                        name,
                        field,
                        json -> field.getValue() == null ? json.nullNode() : json.numberNode(field.getValue()),
                        value -> field.setValue(value.isNumber() ? Double.valueOf(value.doubleValue()) : null)));
        return field;
    }

    private Select<Object> choice(String name, Class<?> of, Field described) {
        Select<Object> select = new Select<>();
        select.setLabel(described.label());
        select.setItems(List.of(of.getEnumConstants()));
        select.setItemLabelGenerator(ParamsForm::spoken);
        select.setValue(of.getEnumConstants()[0]);
        help(select, described);
        if (name.equals("bos")) {
            select.addValueChangeListener(change ->
                    tokenChips.setBos(JSON.valueToTree(change.getValue()).asText()));
        }
        inputs.put(name, new Input(name, select, json -> JSON.valueToTree(select.getValue()), value -> {
            for (Object constant : of.getEnumConstants()) {
                if (JSON.valueToTree(constant).equals(value)) {
                    select.setValue(constant);
                }
            }
        }));
        return select;
    }

    private static String spoken(Object constant) {
        String word = ((Enum<?>) constant).name().replace('_', ' ').toLowerCase(Locale.ROOT);
        if (word.chars().anyMatch(Character::isDigit)) { // fp32 is no word
            return word;
        }
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }

    private TextField line(String name, Field described) {
        TextField field = new TextField(described.label());
        help(field, described);
        inputs.put(
                name,
                new Input(
                        name,
                        field,
                        json -> field.isEmpty() ? json.nullNode() : json.textNode(field.getValue()),
                        value -> field.setValue(value.asText(""))));
        return field;
    }

    private static String bounds(@Nullable Min min, @Nullable Max max) {
        if (min != null && max != null) {
            return " " + min.value() + " to " + max.value() + ".";
        }
        if (min != null) {
            return " At least " + min.value() + ".";
        }
        return max == null ? "" : " At most " + max.value() + ".";
    }

    private static String outside(Field described, @Nullable Min min, @Nullable Max max) {
        return described.label() + ":" + bounds(min, max).toLowerCase(Locale.ROOT);
    }

    private static void help(HasHelper field, Field described) {
        help(field, described, "");
    }

    private static void help(HasHelper field, Field described, String bounds) {
        String text = (described.help() + bounds).strip();
        if (!text.isEmpty()) {
            field.setHelperText(text);
        }
    }

    /** The chosen model: its tokenizer reads the prompt and the tokens from now on. */
    public void setModel(@Nullable String name, Function<String, TokenizedPrompt> encoder) {
        encode = encoder;
        tokenChips.setModel(name);
        tokenFields.forEach(field -> field.setEncoder(text -> encode.apply(text)));
    }

    /** The stored prompt sets that examples can be taken from. */
    public void setPromptSets(List<ExamplesField.Choice> choices) {
        exampleFields.forEach(field -> field.setChoices(choices));
    }

    /** Fills the form. A parameter that has no input of its own is kept and given back by {@link #json()}. */
    public void setJson(ObjectNode params) {
        params.properties().forEach(entry -> {
            Input input = inputs.get(entry.getKey());
            if (input == null) {
                if (isParameter(entry.getKey())) {
                    unseen.set(entry.getKey(), entry.getValue());
                }
            } else if (!entry.getValue().isNull()) {
                input.write().accept(entry.getValue());
            }
        });
    }

    /** Another kind of analysis has other parameters; what it doesn't know isn't sent to it. */
    private boolean isParameter(String name) {
        return Arrays.stream(type.getRecordComponents())
                .anyMatch(component -> component.getName().equals(name));
    }

    /** Whether everything in the form can be sent; marks what can't. */
    public boolean check() {
        boolean complete = true;
        for (TextArea area : promptFields) {
            // Without text there is nothing to read, unless something that has no input here was given instead.
            if (area.isEmpty() && unseen.isEmpty()) {
                area.setErrorMessage("Type a text for the model to read.");
                area.setInvalid(true);
                area.focus();
                complete = false;
            }
        }
        for (TokensField field : tokenFields) {
            complete &= field.complete();
        }
        for (ExamplesField field : exampleFields) {
            complete &= field.complete();
        }
        for (Input input : inputs.values()) {
            if (input.field() instanceof HasValidation field) {
                boolean missing = input.field() instanceof IntegerField number
                        && number.isRequiredIndicatorVisible()
                        && number.getValue() == null;
                boolean outside = input.field() instanceof IntegerField number && !within(number);
                if (missing) {
                    field.setInvalid(true);
                    field.setErrorMessage("Give a whole number.");
                }
                complete &= !missing && !outside;
            }
        }
        return complete;
    }

    private static boolean within(IntegerField field) {
        Integer value = field.getValue();
        return !field.isInvalid() && (value == null || (value >= field.getMin() && value <= field.getMax()));
    }

    /** The parameters as they are stored and sent; empty texts are left out. */
    public ObjectNode json() {
        ObjectNode params = unseen.deepCopy();
        inputs.forEach((name, input) -> {
            JsonNode value = input.read().apply(JsonNodeFactory.instance);
            if (!value.isNull()) {
                params.set(name, value);
            }
        });
        return params;
    }

    /** Shows a sentence at the input of this name; false if there is none. */
    public boolean showError(String name, String sentence) {
        Input input = inputs.get(name);
        if (input == null || !(input.field() instanceof HasValidation field)) {
            return false;
        }
        field.setInvalid(true);
        field.setErrorMessage(sentence);
        if (input.field() instanceof Focusable<?> focusable) {
            focusable.focus();
        }
        return true;
    }

    public void clearErrors() {
        for (Input input : inputs.values()) {
            if (input.field() instanceof HasValidation field) {
                field.setInvalid(false);
            }
        }
    }

    /** The names that have an input, in the record's order. */
    public List<String> names() {
        return List.copyOf(inputs.keySet());
    }

    /** The input of a name, for a view that wants to listen to it. */
    public Optional<AbstractField<?, ?>> field(String name) {
        Input input = inputs.get(name);
        return input != null && input.field() instanceof AbstractField<?, ?> field
                ? Optional.of(field)
                : Optional.empty();
    }

    /** Hears of every parameter that changes; of what is typed, after a moment's rest. */
    public void onChange(Runnable listener) {
        for (Input input : inputs.values()) {
            if (input.field() instanceof HasValue<?, ?> field) {
                field.addValueChangeListener(change -> listener.run());
            }
        }
    }

    /** Puts the cursor into the first input. */
    public void focus() {
        inputs.values().stream()
                .map(Input::field)
                .filter(Focusable.class::isInstance)
                .findFirst()
                .ifPresent(field -> ((Focusable<?>) field).focus());
    }
}
