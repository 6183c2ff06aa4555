package dev.unembed.hypothesis.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unembed.hypothesis.HypothesisState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HypothesisListStateTest {
    @Test
    void whatIsWrittenIntoTheAddressIsReadBack() {
        HypothesisListState state =
                new HypothesisListState("name & mover", HypothesisState.PROTOCOL_DEPENDENT, "smollm2");

        assertThat(state.parameters().getQueryString()).contains("state=protocol-dependent");
        assertThat(HypothesisListState.of(state.parameters().getParameters())).isEqualTo(state);
        assertThat(state.isFiltered()).isTrue();
    }

    @Test
    void whatCannotBeUnderstoodMeansAny() {
        assertThat(HypothesisListState.of(Map.of("state", List.of("proven"), "q", List.of("  "), "model", List.of())))
                .isEqualTo(HypothesisListState.EVERYTHING);
        assertThat(HypothesisListState.EVERYTHING.parameters().getQueryString()).isEmpty();
    }

    @Test
    void anEmptiedSearchIsNoFilter() {
        assertThat(HypothesisListState.EVERYTHING.withQ("x").withQ("").isFiltered())
                .isFalse();
        assertThat(HypothesisListState.of(Map.of("q", List.of("x".repeat(100_000))))
                        .q())
                .hasSize(200);
    }
}
