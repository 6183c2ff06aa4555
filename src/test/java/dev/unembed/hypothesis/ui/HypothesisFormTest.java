package dev.unembed.hypothesis.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HypothesisFormTest {
    private static final Choice GENERATED = new Choice(new PromptSetRef(7, 2), "IOI", 16, true);
    private static final PromptExample EXAMPLE = PromptExample.of("The capital of France is", " Paris", " Berlin");

    @Test
    void aVersionIsTheSameAfterPassingThroughTheForm() {
        VersionContent content = content(null);
        HypothesisForm form = new HypothesisForm(List.of());
        form.setContent(content);

        VersionChange change = form.change();
        assertThat(change.claim()).isEqualTo(content.claim());
        assertThat(change.examples()).isEqualTo(content.examples());
        assertThat(change.promptSet()).isNull();
        assertThat(change.bos()).isEqualTo(BosPolicy.NEVER);
        assertThat(change.seed()).isEqualTo(5);
        assertThat(change.protocol())
                .isEqualTo(new Protocol.Change("heads+mlps", "zero", "set", "named", 7, true, 0.5));
        assertThat(change.thresholds()).isEqualTo(new ThresholdChange(0.8, 0.2, 0.01, 0.25, 0.02));
        CircuitText.Typed circuit = CircuitText.parse(String.valueOf(form.circuit.getValue()));
        assertThat(circuit.nodes()).containsExactlyInAnyOrderElementsOf(content.circuit());
        assertThat(circuit.classes()).isEqualTo(content.classes());
    }

    @Test
    void aKnownPromptSetIsChosenAndNotCopied() {
        HypothesisForm form = new HypothesisForm(List.of(GENERATED));
        form.setContent(content(GENERATED.set()));

        VersionChange change = form.change();
        assertThat(change.promptSet()).isEqualTo(GENERATED.set());
        assertThat(change.examples()).isNull();
        assertThat(change.heldOut()).isEqualTo(12);
    }

    @Test
    void promptsOfAnUnknownSetAreTakenAsTheyAre() {
        HypothesisForm form = new HypothesisForm(List.of(GENERATED));
        form.setContent(content(new PromptSetRef(8, 1)));

        assertThat(form.change().promptSet()).isNull();
        assertThat(form.change().examples()).containsExactly(EXAMPLE);
        assertThat(form.change().heldOut()).isZero();
    }

    @Test
    void aCircuitWithMlpsIsClaimedInTheUniverseThatHasThem() {
        HypothesisForm form = new HypothesisForm(List.of());
        form.setDefaults();
        form.setCircuit("L4H1");
        assertThat(form.takesMlps()).isFalse();
        form.setCircuit("L4H1, MLP2");
        assertThat(form.takesMlps()).isTrue();
    }

    @Test
    void promptsAreReadLineByLineOrAsAList() {
        HypothesisForm form = new HypothesisForm(List.of());
        form.setDefaults();
        form.examples.setValue("""
                {"prompt": "a b", "answer": " c", "foil": " d"}

                {"prompt": "e f", "answer": " g"}
                """);
        assertThat(form.change().examples()).extracting(PromptExample::prompt).containsExactly("a b", "e f");
        form.examples.setValue("[{\"prompt\": \"a\", \"answer\": \" b\"}]");
        assertThat(form.change().examples()).extracting(PromptExample::answer).containsExactly(" b");
    }

    @Test
    void aLineThatCannotBeReadIsNamed() {
        HypothesisForm form = new HypothesisForm(List.of());
        form.setDefaults();
        form.examples.setValue("{\"prompt\": \"a\", \"answer\": \" b\"}\nThe capital of France is | Paris");
        assertThatThrownBy(form::change)
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("Line 2 can't be read: expected JSON such as");
        form.examples.setValue("{\"prompt\": \"a\"}");
        assertThatThrownBy(form::change)
                .hasMessageContaining("Line 1 can't be read: An example needs prompt and answer");
    }

    private static VersionContent content(@Nullable PromptSetRef set) {
        return new VersionContent(
                "They move the name.",
                "demo",
                "0".repeat(64),
                set,
                List.of(EXAMPLE),
                BosPolicy.NEVER,
                List.of("L4H1", "MLP0@END"),
                new TreeMap<>(Map.of("mover", List.of("L4H1"))),
                VersionContent.LOGIT_DIFFERENCE,
                new Protocol(
                        Universe.Members.HEADS_AND_MLPS,
                        Ablation.Value.ZERO,
                        Ablation.Reference.SET,
                        Universe.Positions.NAMED,
                        7,
                        true,
                        0.5),
                new Thresholds(0.8, 0.2, 0.01, 0.25, 0.02),
                set == null ? 0 : 12,
                5);
    }
}
