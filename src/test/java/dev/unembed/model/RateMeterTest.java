package dev.unembed.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateMeterTest {
    private final RateMeter meter = new RateMeter();

    @Test
    void theRateIsThatOfTheLastSeconds() {
        assertThat(at(0, 0)).isZero();
        assertThat(at(2, 2_000)).isEqualTo(1_000);
        for (int second = 3; second <= 30; second++) {
            at(second, 2_000 + (second - 2) * 10L);
        }
        assertThat(at(31, 2_290)).as("the fast start is forgotten").isEqualTo(10);
    }

    @Test
    void nothingForALongTimeIsZero() {
        at(0, 5_000);
        at(1, 5_000);
        assertThat(at(20, 5_000)).isZero();
    }

    private long at(int second, long bytes) {
        return meter.perSecond(bytes, TimeUnit.SECONDS.toNanos(second));
    }
}
