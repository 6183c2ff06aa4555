package dev.unembed.run.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unembed.run.RunStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ListStateTest {
    @Test
    void anAddressWithoutParametersShowsEverythingNewestFirst() {
        assertThat(ListState.of(Map.of())).isEqualTo(ListState.EVERYTHING);
        assertThat(ListState.EVERYTHING.parameters().getQueryString()).isEmpty();
        assertThat(ListState.EVERYTHING.isFiltered()).isFalse();
    }

    @Test
    void whatIsWrittenIntoTheAddressIsReadBack() {
        ListState state = new ListState("paris & rome", RunStatus.FAILED, "smollm2", "facts", "ada", "lens", "title");

        assertThat(ListState.of(state.parameters().getParameters())).isEqualTo(state);
        assertThat(state.isFiltered()).isTrue();
    }

    @Test
    void whatCannotBeUnderstoodMeansAny() {
        ListState state = ListState.of(Map.of(
                "status", List.of("sleeping"), "sort", List.of("drop table"), "q", List.of("  "), "tag", List.of()));

        assertThat(state).isEqualTo(ListState.EVERYTHING);
    }

    @Test
    void anAddressCannotCarryAnEndlessSearch() {
        assertThat(ListState.of(Map.of("q", List.of("x".repeat(100_000)))).q()).hasSize(200);
    }

    @Test
    void aHeadingSortsItsOwnWayFirstAndThenTheOther() {
        ListState byTitle = ListState.EVERYTHING.sortedBy("title");
        assertThat(byTitle.sort()).isEqualTo("title");
        assertThat(byTitle.sortedBy("title").sort()).isEqualTo("-title");
        assertThat(ListState.EVERYTHING.sortedBy("-created").sort()).isEqualTo("created");
        assertThat(byTitle.isFiltered()).isFalse();
    }

    @Test
    void anEmptiedSearchIsNoFilter() {
        assertThat(ListState.EVERYTHING.withQ("x").withQ("").isFiltered()).isFalse();
    }
}
