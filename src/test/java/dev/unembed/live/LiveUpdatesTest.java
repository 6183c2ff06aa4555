package dev.unembed.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LiveUpdatesTest {
    private final BlockingQueue<Set<Change>> passedOn = new LinkedBlockingQueue<>();
    private final LiveUpdates.Gathering gathering = new LiveUpdates.Gathering(passedOn::add);

    @Test
    void theFirstChangeIsPassedOnAtOnce() {
        gathering.add(new Change(Change.RUN, 1));

        assertThat(passedOn.poll()).containsExactly(new Change(Change.RUN, 1));
    }

    @Test
    void aBurstIsPassedOnTogetherWithoutRepetition() throws InterruptedException {
        Instant start = Instant.now();
        gathering.add(new Change(Change.RUN, 1));
        for (int i = 0; i < 100; i++) {
            gathering.add(new Change(Change.RUN, 2));
            gathering.add(new Change(Change.RUN, 3));
        }

        assertThat(passedOn.poll()).hasSize(1);
        assertThat(passedOn.poll(10, TimeUnit.SECONDS))
                .containsExactlyElementsOf(List.of(new Change(Change.RUN, 2), new Change(Change.RUN, 3)));
        assertThat(Duration.between(start, Instant.now())).isGreaterThanOrEqualTo(LiveUpdates.PAUSE);
        assertThat(passedOn).isEmpty();
    }

    @Test
    void afterAQuietPauseTheNextChangeIsImmediateAgain() throws InterruptedException {
        gathering.add(new Change(Change.RUN, 1));
        assertThat(passedOn.poll()).isNotNull();
        gathering.add(new Change(Change.RUN, 2));
        assertThat(passedOn.poll(10, TimeUnit.SECONDS)).containsExactly(new Change(Change.RUN, 2));

        gathering.add(new Change(Change.RUN, 3));
        assertThat(passedOn.poll(10, TimeUnit.SECONDS)).containsExactly(new Change(Change.RUN, 3));
    }
}
