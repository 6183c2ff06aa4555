package dev.unembed.run.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unembed.run.RunDetails;
import dev.unembed.run.RunService.RunPage;
import dev.unembed.run.RunStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunRowsTest {
    private final List<@Nullable String> asked = new ArrayList<>();

    /** 250 runs, paged by the id of the last one. */
    private RunPage page(int limit, @Nullable String cursor) {
        asked.add(cursor);
        long from = cursor == null ? 0 : Long.parseLong(cursor);
        long to = Math.min(250, from + limit);
        return new RunPage(
                LongStream.range(from, to).mapToObj(RunsForTests::run).toList(), to == 250 ? null : String.valueOf(to));
    }

    @Test
    void pagesAreFetchedOnlyAsFarAsSomebodyScrolled() {
        RunRows rows = new RunRows(this::page);

        assertThat(rows.slice(0, 50)).extracting(RunDetails::id).containsExactlyElementsOf(ids(0, 50));
        assertThat(asked).containsExactly((String) null);
        assertThat(rows.slice(50, 50)).extracting(RunDetails::id).containsExactlyElementsOf(ids(50, 100));
        assertThat(asked).hasSize(1);
    }

    @Test
    void aJumpToTheEndFetchesWhatLiesBetweenOnce() {
        RunRows rows = new RunRows(this::page);

        assertThat(rows.slice(230, 50)).extracting(RunDetails::id).containsExactlyElementsOf(ids(230, 250));
        assertThat(asked).containsExactly(null, "100", "200");
        assertThat(rows.slice(300, 50)).isEmpty();
        assertThat(asked).hasSize(3);
    }

    @Test
    void aNewerStateTakesTheRowsPlace() {
        RunRows rows = new RunRows(this::page);
        rows.slice(0, 10);

        assertThat(rows.replace(RunsForTests.run(7, RunStatus.RUNNING))).isTrue();
        assertThat(rows.find(7))
                .hasValueSatisfying(run -> assertThat(run.status()).isEqualTo(RunStatus.RUNNING));
        assertThat(rows.replace(RunsForTests.run(1000))).isFalse();
    }

    @Test
    void afterForgettingEverythingIsFetchedAnew() {
        RunRows rows = new RunRows(this::page);
        rows.slice(0, 250);
        rows.forget();

        assertThat(rows.find(1)).isEmpty();
        assertThat(rows.slice(0, 10)).hasSize(10);
        assertThat(asked).hasSize(4).endsWith((String) null);
    }

    private static List<Long> ids(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }
}
