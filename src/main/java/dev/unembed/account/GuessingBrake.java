package dev.unembed.account;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Slows down password guessing: after {@value #FREE_GUESSES} wrong passwords for a name from an address, that pair has
 * to wait, twice as long after each further one. In memory and per process; a right password clears it. The name is
 * part of the key, so nobody can lock a colleague out from elsewhere.
 */
@ApplicationScoped
class GuessingBrake {
    static final int FREE_GUESSES = 5;
    static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    /** After this long without a guess a pair is forgotten. */
    static final Duration MEMORY = Duration.ofMinutes(30);

    private static final int MAX_PAIRS = 20_000;

    private record Pair(String username, String address) {}

    private record Failures(int count, Instant last) {
        Instant blockedUntil() {
            if (count < FREE_GUESSES) {
                return last;
            }
            long seconds = 1L << Math.min(count - FREE_GUESSES + 1, 30);
            return last.plusSeconds(Math.min(seconds, LONGEST_WAIT.toSeconds()));
        }
    }

    private final Clock clock;

    /** Oldest failure first. */
    private final Map<Pair, Failures> failures = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Pair, Failures> eldest) {
            return size() > MAX_PAIRS
                    || eldest.getValue().last().isBefore(clock.instant().minus(MEMORY));
        }
    };

    GuessingBrake(Clock clock) {
        this.clock = clock;
    }

    /** How long the pair has still to wait; zero when it may try. */
    synchronized Duration wait(String username, String address) {
        Failures known = failures.get(new Pair(username, address));
        Instant now = clock.instant();
        if (known == null || !known.blockedUntil().isAfter(now)) {
            return Duration.ZERO;
        }
        return Duration.between(now, known.blockedUntil());
    }

    synchronized void failed(String username, String address) {
        Instant now = clock.instant();
        Failures known = failures.remove(new Pair(username, address));
        int before = known == null || known.last().isBefore(now.minus(MEMORY)) ? 0 : known.count();
        failures.put(new Pair(username, address), new Failures(before + 1, now));
    }

    synchronized void succeeded(String username, String address) {
        failures.remove(new Pair(username, address));
    }
}
