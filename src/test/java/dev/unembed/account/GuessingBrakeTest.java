package dev.unembed.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class GuessingBrakeTest {
    private static final class SettableClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        void advance(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private final SettableClock clock = new SettableClock();
    private final GuessingBrake brake = new GuessingBrake(clock);

    @Test
    void aFewMistakesCostNothing() {
        fail(GuessingBrake.FREE_GUESSES - 1);
        assertThat(brake.wait("ada", "here")).isZero();
    }

    @Test
    void eachFurtherMistakeDoublesTheWaitUpToALimit() {
        fail(GuessingBrake.FREE_GUESSES);
        assertThat(brake.wait("ada", "here")).isEqualTo(Duration.ofSeconds(2));
        fail(1);
        assertThat(brake.wait("ada", "here")).isEqualTo(Duration.ofSeconds(4));
        fail(100);
        assertThat(brake.wait("ada", "here")).isEqualTo(GuessingBrake.LONGEST_WAIT);
        clock.advance(GuessingBrake.LONGEST_WAIT);
        assertThat(brake.wait("ada", "here")).isZero();
    }

    @Test
    void anotherNameOrAddressIsFree() {
        fail(20);
        assertThat(brake.wait("bob", "here")).isZero();
        assertThat(brake.wait("ada", "there")).isZero();
    }

    @Test
    void aRightPasswordOrTimeForgets() {
        fail(GuessingBrake.FREE_GUESSES);
        brake.succeeded("ada", "here");
        assertThat(brake.wait("ada", "here")).isZero();

        fail(GuessingBrake.FREE_GUESSES + 3);
        clock.advance(GuessingBrake.MEMORY.plusSeconds(1));
        fail(1);
        assertThat(brake.wait("ada", "here")).isZero();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            brake.failed("ada", "here");
        }
    }
}
