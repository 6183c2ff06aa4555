package dev.unembed.hypothesis.ui;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.checkbox.Checkbox;
import com.vaadin.flow.component.details.Details;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.NumberField;
import com.vaadin.flow.component.textfield.TextArea;
import com.vaadin.flow.data.value.ValueChangeMode;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.Problems;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.circuit.Ablation;
import dev.unembed.engine.circuit.Thresholds;
import dev.unembed.engine.circuit.Universe;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.hypothesis.CircuitText;
import dev.unembed.hypothesis.PromptSource.Choice;
import dev.unembed.hypothesis.Protocol;
import dev.unembed.hypothesis.ThresholdChange;
import dev.unembed.hypothesis.VersionChange;
import dev.unembed.hypothesis.VersionContent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a version claims, as fields: prompts, circuit, protocol, thresholds. The circuit is read while it is typed. */
class HypothesisForm extends Div {
    /** Reads a circuit as typed, or says what can't be. */
    @FunctionalInterface
    interface CircuitReader {
        CircuitText.Typed read(String text, Universe.Members universe);
    }

    private static final ObjectMapper JSON =
            new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_EMPTY);
    private static final Choice TYPED = new Choice(new PromptSetRef(0, 0), "Prompts given here", 0, false);

    final TextArea claim = new TextArea("Claim");
    final TextArea circuit = new TextArea("Circuit");
    final Select<Choice> promptSet = new Select<>();
    final TextArea examples = new TextArea("Prompts");
    private final Span circuitFound = Parts.text("", "quiet");
    private final Span examplesFound = Parts.text("", "quiet");
    private final Select<BosPolicy> bos = new Select<>();
    private final Select<String> universe = select(
            "Universe",
            Arrays.stream(Universe.Members.values()).map(Universe.Members::text).toList());
    private final Select<String> ablation = select(
            "Ablation value",
            Arrays.stream(Ablation.Value.values()).map(Ablation.Value::text).toList());
    private final Select<String> reference = select(
            "Reference of the mean",
            Arrays.stream(Ablation.Reference.values())
                    .map(Ablation.Reference::text)
                    .toList());
    private final Select<String> positions = select(
            "Positions",
            Arrays.stream(Universe.Positions.values())
                    .map(Universe.Positions::text)
                    .toList());
    private final IntegerField randomCircuits = new IntegerField("Random circuits");
    private final Checkbox sweep = new Checkbox("Try the other protocols too");
    private final NumberField minDifference = new NumberField("Smallest difference counted");
    private final IntegerField heldOut = new IntegerField("Held-out prompts");
    private final IntegerField seed = new IntegerField("Seed");
    private final NumberField sufficiency = share("Sufficiency, at least", "Share kept when all else is ablated.");
    private final NumberField necessity = share("Left without it, at most", "Share left when the circuit is ablated.");
    private final NumberField pValue = share("p against chance, at most", "Against random circuits of the same size.");
    private final NumberField completeness = share(
            "Completeness gap, at most", "Circuit against model under the same knock-outs, as a share of the model.");
    private final NumberField minimality =
            share("Each component, at least", "Its effect given the rest, as a share of the model.");
    private final TextArea note = new TextArea("Note");

    private CircuitReader reader = (text, range) -> CircuitText.parse(text);

    HypothesisForm(List<Choice> promptSets) {
        addClassName("stack");
        claim.setHelperText("One or two sentences: which components do what, and for which prompts.");
        claim.setWidthFull();
        claim.setLabel(null);
        claim.setAriaLabel("Claim");
        claim.setMaxLength(2_000);
        buildPrompts(promptSets);
        buildCircuit();
        buildProtocol();
        Details thresholds = new Details(
                "Thresholds: what has to hold",
                Parts.div("options", sufficiency, necessity, pValue, completeness, minimality));
        thresholds.addClassName("filing");
        note.setWidthFull();
        note.setHelperText("Why this version; for colleagues, not part of what is frozen.");
        Div protocol = Parts.div(
                "options",
                universe,
                ablation,
                reference,
                positions,
                randomCircuits,
                heldOut,
                seed,
                minDifference,
                bos,
                sweep);
        add(
                part("Claim", claim),
                part("Prompts", promptSet, examples, examplesFound),
                part("Circuit", circuit, circuitFound),
                part("Protocol", protocol, thresholds),
                note);
    }

    private void buildPrompts(List<Choice> promptSets) {
        List<Choice> all = new ArrayList<>(promptSets);
        all.add(TYPED);
        promptSet.setLabel("Prompt set");
        promptSet.setItems(all);
        promptSet.setItemLabelGenerator(each -> each == TYPED
                ? each.name()
                : each.name() + " · v" + each.set().version() + " · " + Figures.counted(each.examples(), "prompt"));
        promptSet.setVisible(!promptSets.isEmpty());
        promptSet.addValueChangeListener(change -> showPrompts());
        promptSet.setWidth("min(420px, 100%)");
        examples.setWidthFull();
        examples.addClassName("code");
        examples.setMaxHeight("220px");
        examples.setPlaceholder(
                "{\"prompt\": \"The capital of France is\", \"answer\": \" Paris\", \"foil\": \" Berlin\"}");
        examples.setHelperText(
                "JSON, one prompt a line. Answer and foil are one token each, mostly with a leading space.");
        examples.setValueChangeMode(ValueChangeMode.LAZY);
        examples.addValueChangeListener(change -> describeExamples());
        examples.setLabel(null);
        examples.setAriaLabel("Prompts");
        promptSet.setValue(all.getFirst());
    }

    private void buildCircuit() {
        circuit.setWidthFull();
        circuit.setLabel(null);
        circuit.setAriaLabel("Circuit");
        circuit.addClassName("code");
        circuit.setPlaceholder("name mover: L9H9, L10H0@END; MLP0");
        circuit.setHelperText(
                "Heads L9H9 and MLPs MLP0, at one named position as L10H0@END; classes stand before a colon."
                        + " JSON works too.");
        circuit.setValueChangeMode(ValueChangeMode.LAZY);
        circuit.addValueChangeListener(change -> describeCircuit());
    }

    private void buildProtocol() {
        universe.setHelperText("What the complement ranges over.");
        ablation.setHelperText("What an ablated component writes instead.");
        reference.setHelperText("Of the prompts themselves, or of their counterparts.");
        positions.setHelperText("Where components are ablated.");
        randomCircuits.setHelperText("Of the same size, anywhere and in the same layers.");
        heldOut.setHelperText("Made when it is tested; needs a generated prompt set.");
        minDifference.setHelperText("In logits: below it a prompt has no ratio.");
        randomCircuits.setMin(0);
        heldOut.setMin(0);
        universe.addValueChangeListener(change -> describeCircuit());
        ablation.addValueChangeListener(
                change -> reference.setEnabled("mean".equals(change.getValue()))); // the others have none
        bos.setLabel("BOS token");
        bos.setItems(BosPolicy.values());
        bos.setItemLabelGenerator(BosPolicy::value);
    }

    /** Takes over a circuit from elsewhere; one with MLPs is claimed in the universe that has them. */
    void setCircuit(String text) {
        if (text.contains("MLP")) {
            universe.setValue(Universe.Members.HEADS_AND_MLPS.text());
        }
        circuit.setValue(text);
    }

    /** Whether MLPs may be part of the circuit. */
    boolean takesMlps() {
        return Universe.Members.HEADS_AND_MLPS.text().equals(universe.getValue());
    }

    /** Reads circuits against this model from now on. */
    void setReader(CircuitReader circuits) {
        reader = circuits;
        describeCircuit();
    }

    /** What a first version says where nobody has said anything. */
    void setDefaults() {
        setProtocol(Protocol.USUAL);
        setThresholds(Thresholds.USUAL);
        bos.setValue(BosPolicy.DEFAULT);
        seed.setValue(0);
    }

    void setContent(VersionContent content) {
        claim.setValue(content.claim());
        circuit.setValue(CircuitText.print(content.circuit(), content.classes()));
        setProtocol(content.protocol());
        setThresholds(content.thresholds());
        bos.setValue(content.bos());
        heldOut.setValue(content.heldOut());
        seed.setValue(Math.toIntExact(Math.clamp(content.seed(), Integer.MIN_VALUE, Integer.MAX_VALUE)));
        setPrompts(content.promptSet(), content.examples());
    }

    /** Chooses the set where it is one of the choices, else shows the examples as given. */
    void setPrompts(@Nullable PromptSetRef set, List<PromptExample> given) {
        Choice chosen = promptSet
                .getListDataView()
                .getItems()
                .filter(each -> each.set().equals(set))
                .findFirst()
                .orElse(TYPED);
        promptSet.setValue(chosen);
        if (chosen == TYPED) {
            examples.setValue(lines(given));
        }
    }

    /** @throws InvalidInput when the prompts can't be read */
    VersionChange change() {
        Choice chosen = promptSet.getValue();
        boolean typed = chosen == null || chosen == TYPED;
        return new VersionChange(
                claim.getValue(),
                typed ? null : chosen.set(),
                typed ? typedExamples() : null,
                bos.getValue(),
                TextNode.valueOf(circuit.getValue()),
                null,
                VersionContent.LOGIT_DIFFERENCE,
                new Protocol.Change(
                        universe.getValue(),
                        ablation.getValue(),
                        reference.getValue(),
                        positions.getValue(),
                        randomCircuits.getValue(),
                        sweep.getValue(),
                        minDifference.getValue()),
                new ThresholdChange(
                        sufficiency.getValue(),
                        necessity.getValue(),
                        pValue.getValue(),
                        completeness.getValue(),
                        minimality.getValue()),
                typed ? Integer.valueOf(0) : heldOut.getValue(),
                seed.getValue() == null ? null : seed.getValue().longValue(),
                note.getValue());
    }

    private void setProtocol(Protocol protocol) {
        universe.setValue(protocol.universe().text());
        ablation.setValue(protocol.ablation().text());
        reference.setValue(protocol.reference().text());
        positions.setValue(protocol.positions().text());
        randomCircuits.setValue(protocol.randomCircuits());
        sweep.setValue(protocol.sweep());
        minDifference.setValue(protocol.minDifference());
    }

    private void setThresholds(Thresholds thresholds) {
        sufficiency.setValue(thresholds.sufficiency());
        necessity.setValue(thresholds.necessity());
        pValue.setValue(thresholds.pValue());
        completeness.setValue(thresholds.completeness());
        minimality.setValue(thresholds.minimality());
    }

    private void showPrompts() {
        Choice chosen = promptSet.getValue();
        boolean typed = chosen == null || chosen == TYPED;
        examples.setVisible(typed);
        examplesFound.setVisible(typed);
        heldOut.setEnabled(chosen != null && chosen.generated());
        if (!heldOut.isEnabled()) {
            heldOut.setValue(0);
        }
    }

    private void describeExamples() {
        try {
            List<PromptExample> read = typedExamples();
            examplesFound.setText(read.isEmpty() ? "" : Figures.counted(read.size(), "prompt"));
            examplesFound.removeClassName("problem");
        } catch (InvalidInput refused) {
            examplesFound.setText(Objects.requireNonNullElse(refused.getMessage(), ""));
            examplesFound.addClassName("problem");
        }
    }

    void describeCircuit() {
        if (circuit.getValue().isBlank()) {
            circuitFound.setText("");
            return;
        }
        try {
            CircuitText.Typed typed = reader.read(
                    circuit.getValue(), Universe.Members.of(Objects.requireNonNullElse(universe.getValue(), "heads")));
            String classes = typed.classes().isEmpty()
                    ? ""
                    : " · " + String.join(", ", typed.classes().keySet());
            circuitFound.setText(HypothesisWords.size(typed.nodes()) + classes);
            circuitFound.removeClassName("problem");
        } catch (RuntimeException refused) {
            circuitFound.setText(Problems.sentence(refused));
            circuitFound.addClassName("problem");
        }
    }

    private List<PromptExample> typedExamples() {
        String text = examples.getValue().strip();
        if (text.isEmpty()) {
            return List.of();
        }
        if (text.startsWith("[")) {
            return read(text, "The prompts", new TypeReference<List<PromptExample>>() {});
        }
        List<PromptExample> read = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (!line.isBlank()) {
                read.add(read(line, "Line " + number, new TypeReference<PromptExample>() {}));
            }
        }
        return read;
    }

    private static <T> T read(String text, String what, TypeReference<T> type) {
        try {
            return JSON.readValue(text, type);
        } catch (JsonProcessingException e) {
            String why = e.getCause() instanceof InvalidInput refused
                    ? refused.getMessage()
                    : "expected JSON such as {\"prompt\": \"The capital of France is\", \"answer\": \" Paris\", \"foil\":"
                            + " \" Berlin\"}.";
            throw new InvalidInput(what + " can't be read: " + why, e);
        }
    }

    private static String lines(List<PromptExample> given) {
        List<String> lines = new ArrayList<>();
        for (PromptExample each : given) {
            try {
                lines.add(JSON.writeValueAsString(each));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a prompt can't be written", e);
            }
        }
        return String.join("\n", lines);
    }

    private static Div part(String title, Component... fields) {
        return Parts.card(title, Parts.stack(fields));
    }

    private static Select<String> select(String label, List<String> values) {
        Select<String> select = new Select<>();
        select.setLabel(label);
        select.setItems(values);
        return select;
    }

    private static NumberField share(String label, String help) {
        NumberField field = new NumberField(label);
        field.setHelperText(help);
        field.setMin(0);
        field.setStep(0.01);
        return field;
    }
}
