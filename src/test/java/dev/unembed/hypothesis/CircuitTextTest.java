package dev.unembed.hypothesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unembed.engine.InvalidInput;
import dev.unembed.hypothesis.CircuitText.Typed;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CircuitTextTest {
    @Test
    void namesAreSeparatedByCommasSpacesOrLines() {
        assertThat(CircuitText.parse("L9H9, L10H0@END,MLP0\n L3H1").nodes())
                .containsExactly("L9H9", "L10H0@END", "MLP0", "L3H1");
    }

    @Test
    void aNameTypedTwiceIsOneComponent() {
        assertThat(CircuitText.parse("L9H9, L9H9, L9H9@END").nodes()).containsExactly("L9H9", "L9H9@END");
    }

    @Test
    void classesStandBeforeAColon() {
        Typed typed = CircuitText.parse("name mover: L9H9, L10H0; negative: L10H7; MLP0");

        assertThat(typed.nodes()).containsExactly("L9H9", "L10H0", "L10H7", "MLP0");
        assertThat(typed.classes())
                .isEqualTo(Map.of("name mover", List.of("L9H9", "L10H0"), "negative", List.of("L10H7")));
    }

    @Test
    void jsonIsReadAsAListOrWithClasses() {
        assertThat(CircuitText.parse("[\"L9H9\", \"MLP0@END\"]").nodes()).containsExactly("L9H9", "MLP0@END");
        Typed typed = CircuitText.parse("{\"circuit\": [\"L9H9\", \"MLP0\"], \"classes\": {\"mover\": [\"L9H9\"]}}");
        assertThat(typed.nodes()).containsExactly("L9H9", "MLP0");
        assertThat(typed.classes()).isEqualTo(Map.of("mover", List.of("L9H9")));
    }

    @Test
    void whatIsPrintedIsReadBack() {
        for (String text : List.of("L9H9, MLP0@END", "mover: L9H9, L10H0;\nL3H1", "a: L1H1;\nb: L1H1, L2H2")) {
            Typed typed = CircuitText.parse(text);
            assertThat(CircuitText.parse(CircuitText.print(typed.nodes(), typed.classes())))
                    .as(text)
                    .isEqualTo(typed);
        }
    }

    @Test
    void whatCannotBeReadIsSaid() {
        assertRefused("L9", "'L9' names no component; heads are written L9H6, MLPs MLP0");
        assertRefused("L9H9@", "is no name of a position; expected letters and digits, such as END");
        assertRefused("[\"L9H9\"", "can't be read as JSON");
        assertRefused("[{}, null]", "can't be read as JSON");
        assertRefused(
                "{\"circuit\": [\"L9H9\"], \"classes\": {\"mover\": [\"L8H8\"]}}", "'mover' has L8H8, which isn't in");
        assertRefused(": L9H9", "A class is named ''");
    }

    private static void assertRefused(String text, String words) {
        assertThatThrownBy(() -> CircuitText.parse(text))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining(words);
    }
}
