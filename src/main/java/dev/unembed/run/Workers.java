package dev.unembed.run;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;

/** Workers as rows. */
@ApplicationScoped
class Workers implements PanacheRepository<Worker> {
    /** A worker says something every two seconds; one that was silent for this long counts as gone. */
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final Clock clock;

    Workers(Clock clock) {
        this.clock = clock;
    }

    boolean isAlive(Worker worker) {
        return worker.lastSeenAt.isAfter(clock.instant().minus(SILENCE));
    }

    boolean isAlive(String name) {
        return count("name = ?1 and lastSeenAt > ?2", name, clock.instant().minus(SILENCE)) > 0;
    }
}
