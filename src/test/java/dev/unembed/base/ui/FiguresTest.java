package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "0, just now",
        "4, just now",
        "5, 5 s ago",
        "59, 59 s ago",
        "60, 1 min ago",
        "3599, 59 min ago",
        "3600, 1 h ago",
        "86399, 23 h ago",
        "86400, 1 d ago",
        "2591999, 29 d ago",
        "2592000, 24 Oct 2026"
    })
    void pastMomentsAreToldInTheLargestWholeUnit(long seconds, String words) {
        assertThat(Figures.ago(NOW.minusSeconds(seconds), NOW)).isEqualTo(words);
    }

    @Test
    void aClockThatIsSlightlyAheadElsewhereStillSaysJustNow() {
        assertThat(Figures.ago(NOW.plusSeconds(2), NOW)).isEqualTo("just now");
    }

    @Test
    void absoluteTimesNameTheirZone() {
        assertThat(Figures.absolute(NOW)).isEqualTo("2026-11-23 12:00:00 UTC");
    }

    @ParameterizedTest
    @CsvSource({
        "80, 80 ms",
        "99, 99 ms",
        "100, 0.1 s",
        "940, 0.9 s",
        "9999, 10.0 s",
        "12400, 12 s",
        "60000, 1 min",
        "200000, 3 min 20 s",
        "7500000, 2 h 5 min",
        "7200000, 2 h"
    })
    void durationsKeepTheDigitsThatMatter(long millis, String words) {
        assertThat(Figures.duration(Duration.ofMillis(millis))).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 kB",
        "9949, 9.9 kB",
        "269060552, 269 MB",
        "999600, 1.0 MB",
        "1500000000, 1.5 GB"
    })
    void bytesUseDecimalUnits(long bytes, String words) {
        assertThat(Figures.bytes(bytes)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({"134515008, 135 M", "1540000000, 1.5 B", "740000, 740 k", "999, 999", "999700, 1.0 M"})
    void magnitudesAreRoundedForReading(long count, String words) {
        assertThat(Figures.magnitude(count)).isEqualTo(words);
    }

    @Test
    void largeCountsAreGroupedByThinSpaces() {
        assertThat(Figures.grouped(49152)).isEqualTo("49\u2009152");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 100 %",
        "0.254, 25.4 %",
        "0.0881, 8.8 %",
        "0.0031, 0.31 %",
        "0.00031, 0.031 %",
        "0.000001, < 0.001 %",
        "0, 0 %",
        "0.99962, 100 %",
        "0.0999, 10.0 %"
    })
    void probabilitiesArePercentOnlyInTheView(double probability, String words) {
        assertThat(Figures.percent(probability)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({"3.1e-5, 3e-5", "0, 0", "1e-12, 1e-12", "0.02, 2e-2", "20, 2e1"})
    void smallDifferencesAreOneDigitAndItsPower(double value, String words) {
        assertThat(Figures.small(value)).isEqualTo(words);
    }

    @Test
    void spacesAndLineBreaksOfTokensAreVisible() {
        assertThat(Figures.visible(" Paris\n\tx\r\n")).isEqualTo("·Paris⏎⇥x⏎");
    }

    @Test
    void countsAgreeWithTheirNoun() {
        assertThat(Figures.counted(1, "token")).isEqualTo("1 token");
        assertThat(Figures.counted(3, "token")).isEqualTo("3 tokens");
        assertThat(Figures.counted(2, "analysis")).isEqualTo("2 analyses");
    }
}
