package dev.unembed.engine.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreGridTest {
    /** Values are 0 as corrupted and 1 as clean: patched into the corrupted run L0H1 does most, out of the clean run L1H0. */
    @ParameterizedTest
    @CsvSource({"denoising, L0H1 +1.10", "noising, L1H0 -0.20"})
    void theHeadlineIsThePlaceThatDoesMost(String direction, String headline) {
        ScoreGrid grid = grid(direction, 0.9f, 1.1f, -0.2f, 1);

        assertThat(grid.summary().path("headline").asText()).isEqualTo(headline);
        assertThat(grid.summary().path("detail").asText())
                .startsWith("Patching " + headline.substring(0, 4) + " moves the logit difference most");
    }

    private static ScoreGrid grid(String direction, float... values) {
        return new ScoreGrid(
                new ScoreGrid.Header(
                        "patching",
                        "head",
                        direction,
                        "all",
                        2,
                        -1,
                        2,
                        List.of("H0", "H1"),
                        List.of(),
                        new ScoreGrid.SelfCheck(0, 1e-4)),
                values,
                values);
    }
}
