package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void rateAndTimeLeftFollowFromWhatWasDoneSoFar() {
        assertThat(ProgressLine.describe(12, 30, 0, START, START.plusSeconds(3)))
                .isEqualTo("12 of 30 steps · 4.0 steps/s · about 4.5 s left");
    }

    @Test
    void whatAnEarlierAttemptDidSaysNothingAboutTheRate() {
        assertThat(ProgressLine.describe(24, 30, 12, START, START.plusSeconds(3)))
                .isEqualTo("24 of 30 steps · 4.0 steps/s · about 1.5 s left");
        assertThat(ProgressLine.describe(12, 30, 12, START, START.plusSeconds(3)))
                .isEqualTo("12 of 30 steps");
    }

    @Test
    void noRateIsClaimedBeforeThereIsOne() {
        assertThat(ProgressLine.describe(0, 30, 0, START, START.plusSeconds(3))).isEqualTo("0 of 30 steps");
        assertThat(ProgressLine.describe(2, 30, 0, START, START.plusMillis(100)))
                .isEqualTo("2 of 30 steps");
    }

    @Test
    void beforeTheFirstReportTheModelIsBeingLoaded() {
        assertThat(ProgressLine.describe(0, 0, 0, START, START.plusSeconds(3))).isEqualTo("Loading the model …");
        assertThat(ProgressLine.percent(0, 0)).isZero();
    }

    @Test
    void aShareNeverLeavesItsRange() {
        assertThat(ProgressLine.percent(31, 30)).isEqualTo(100);
        assertThat(ProgressLine.percent(15, 30)).isEqualTo(50);
    }

    @Test
    void whatWaitsSaysForWhat() {
        ProgressLine line = new ProgressLine();
        line.waiting("In the queue, as number 3.");
        assertThat(line.getElement().getTextRecursively()).contains("In the queue, as number 3.");
    }
}
