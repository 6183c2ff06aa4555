package dev.unembed.hypothesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unembed.engine.InvalidInput;
import org.junit.jupiter.api.Test;

class HypothesisStateTest {
    @Test
    void withoutAFreezeNothingIsMoreThanADraft() {
        assertThat(HypothesisState.of(false, false, null)).isEqualTo(HypothesisState.DRAFT);
    }

    @Test
    void aTestUnderWayHidesTheVerdictBefore() {
        assertThat(HypothesisState.of(true, true, "supported")).isEqualTo(HypothesisState.TESTING);
    }

    @Test
    void withoutAFinishedTestItIsMerelyFrozen() {
        assertThat(HypothesisState.of(true, false, null)).isEqualTo(HypothesisState.FROZEN);
    }

    @Test
    void theVerdictIsTheState() {
        assertThat(HypothesisState.of(true, false, "supported")).isEqualTo(HypothesisState.SUPPORTED);
        assertThat(HypothesisState.of(true, false, "protocol-dependent")).isEqualTo(HypothesisState.PROTOCOL_DEPENDENT);
        assertThat(HypothesisState.of(true, false, "refuted")).isEqualTo(HypothesisState.REFUTED);
        assertThat(HypothesisState.of(true, false, "inconclusive")).isEqualTo(HypothesisState.INCONCLUSIVE);
    }

    @Test
    void statesAreReadAsTheyAreWritten() {
        for (HypothesisState state : HypothesisState.values()) {
            assertThat(HypothesisState.parse(state.text())).isEqualTo(state);
        }
        assertThatThrownBy(() -> HypothesisState.parse("proven"))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("state is 'proven'; expected one of draft, frozen, testing, supported");
    }
}
