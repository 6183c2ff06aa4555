package dev.unembed.promptset.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.button.Button;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.prompt.Preflight;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptExample.Span;
import dev.unembed.engine.prompt.PromptRecipe;
import dev.unembed.promptset.ExamplesImport.Read;
import dev.unembed.promptset.Origin;
import dev.unembed.promptset.VersionDetails;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PromptSetPartsTest {
    private static final PromptExample FRANCE = PromptExample.of("The capital of France is", " Paris", " Rome");
    private static final PromptExample SPAIN = PromptExample.of("The capital of Spain is", " Madrid", null);
    private static final Origin ORIGIN =
            new Origin(new PromptRecipe("capitals", 1, 2, 7, List.of("capitals/1"), 0), "demo", "0".repeat(64), false);

    private static VersionDetails version(@Nullable Origin origin) {
        return new VersionDetails(
                3,
                1,
                "Capitals",
                2,
                "admin",
                Instant.parse("2026-11-23T12:00:00Z"),
                "",
                2,
                "0".repeat(64),
                origin,
                List.of(FRANCE, SPAIN));
    }

    @Test
    void aDraftIsChangedOnlyWhileItDiffers() {
        Draft draft = new Draft(version(null));
        assertThat(draft.isChanged()).isFalse();
        draft.replace(1, FRANCE);
        assertThat(draft.isChanged()).isTrue();
        draft.replace(1, SPAIN);
        assertThat(draft.isChanged()).isFalse();
        draft.add(List.of(FRANCE));
        draft.remove(List.of(2));
        assertThat(draft.isChanged()).isFalse();
        draft.remove(List.of(0, 1));
        assertThat(draft.examples()).isEmpty();
    }

    @Test
    void aDraftKnowsItsRecipeUntilAHandTouchesIt() {
        Draft draft = new Draft(version(null));
        draft.generated(List.of(FRANCE), ORIGIN);
        assertThat(draft.origin()).isEqualTo(ORIGIN);
        draft.add(List.of(SPAIN));
        assertThat(draft.origin()).isNull();
    }

    @Test
    void howASetWasMadeIsSaidInWords() {
        assertThat(PromptSetWords.origin(ORIGIN))
                .isEqualTo("made by capitals version 1, seed 7, templates capitals/1, for demo");
        assertThat(PromptSetWords.origin(null)).contains("not generated");
        assertThat(PromptSetWords.generator("capitals")).isEqualTo("Capitals");
        assertThat(PromptSetWords.generator("riddles")).isEqualTo("riddles");
    }

    @Test
    void positionsAreTypedAsNamesAndCharacters() {
        assertThat(ExampleDialog.positions("S1=9-13, S1+1 = 14-17,"))
                .isEqualTo(Map.of("S1", new Span(9, 13), "S1+1", new Span(14, 17)));
        assertThat(ExampleDialog.positions(" ")).isEmpty();
        assertThatThrownBy(() -> ExampleDialog.positions("S1: 9"))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("S1=9-13");
    }

    @Test
    void anExampleIsEditedFieldByField() {
        List<PromptExample> kept = new ArrayList<>();
        ExampleDialog dialog = new ExampleDialog(
                "Example 1", FRANCE, "demo", example -> new Preflight.Check(0, 5, List.of()), kept::add);
        dialog.answer.setValue(" Lyon");
        dialog.foil.setValue("");
        dialog.positions.setValue("subject=15-21");
        assertThat(dialog.example().answer()).isEqualTo(" Lyon");
        assertThat(dialog.example().foil()).isNull();
        assertThat(dialog.example().positions()).containsOnlyKeys("subject");
        dialog.prompt.clear();
        click(dialog, "Keep");
        assertThat(kept).isEmpty();
        assertThat(dialog.prompt.isInvalid()).isTrue();
        dialog.prompt.setValue("Where?");
        click(dialog, "Keep");
        assertThat(kept).extracting(PromptExample::prompt).containsExactly("Where?");
    }

    @Test
    void whatIsOfferedInsteadFillsTheFields() {
        PromptExample better = PromptExample.of("The capital of France is", " Paris", null);
        ExampleDialog dialog = new ExampleDialog(
                "Example 1",
                PromptExample.of("The capital of France is", "Paris", null),
                "demo",
                example -> new Preflight.Check(
                        0,
                        5,
                        example.answer().startsWith(" ")
                                ? List.of()
                                : List.of(new Preflight.Finding(
                                        Preflight.Level.ERROR,
                                        "answer",
                                        "Not one token.",
                                        new Preflight.Offer("answer ' Paris'", better)))),
                kept -> {});
        click(dialog, "Use answer ' Paris'");
        assertThat(dialog.answer.getValue()).isEqualTo(" Paris");
        assertThat(buttons(dialog)).noneMatch(button -> button.getText().startsWith("Use "));
    }

    @Test
    void onlyATextWithoutWrongRowsIsTaken() {
        List<Read> taken = new ArrayList<>();
        ImportDialog dialog = new ImportDialog(false, (name, read) -> taken.add(read));
        dialog.text.setValue("prompt,answer\nThe capital of France is,\n");
        assertThat(dialog.take.isEnabled()).isFalse();
        assertThat(dialog.found.getElement().getTextRecursively())
                .contains("1 row can't be read")
                .contains("It is empty");
        dialog.text.setValue("prompt,answer\nThe capital of France is, Paris\n");
        assertThat(dialog.take.isEnabled()).isTrue();
        dialog.take.click();
        assertThat(taken)
                .singleElement()
                .satisfies(read -> assertThat(read.examples())
                        .containsExactly(PromptExample.of("The capital of France is", " Paris", null)));
    }

    private static void click(com.vaadin.flow.component.dialog.Dialog dialog, String text) {
        buttons(dialog).stream()
                .filter(button -> button.getText().equals(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no button " + text))
                .click();
    }

    private static List<Button> buttons(com.vaadin.flow.component.dialog.Dialog dialog) {
        List<Button> buttons = new ArrayList<>();
        collect(dialog, buttons);
        dialog.getFooter()
                .getElement()
                .getChildren()
                .forEach(element -> element.getComponent().ifPresent(component -> collect(component, buttons)));
        return buttons;
    }

    private static void collect(Component component, List<Button> buttons) {
        if (component instanceof Button button) {
            buttons.add(button);
        }
        component.getChildren().forEach(child -> collect(child, buttons));
    }
}
