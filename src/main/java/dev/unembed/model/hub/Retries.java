package dev.unembed.model.hub;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Patience with one request: how often in a row it may fail, and the pauses in between. */
final class Retries {
    /** Where a pause is spent; tests don't. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration pause) throws InterruptedException;
    }

    private final HubSettings settings;
    private final DownloadMeter meter;
    private final Sleeper sleeper;
    private int failures;

    Retries(HubSettings settings, DownloadMeter meter, Sleeper sleeper) {
        this.settings = settings;
        this.meter = meter;
        this.sleeper = sleeper;
    }

    /** It went on for a while: earlier failures don't count any more. */
    void progressed() {
        failures = 0;
    }

    /**
     * Pauses before the next attempt.
     *
     * @param what failed, as the start of a sentence: {@code model.safetensors}
     * @param why as its end: {@code the hub answered 503}
     * @param asked the pause the hub asks for, null if it doesn't
     * @throws HubFailure when it was the last attempt, or the hub asks for too long a pause
     */
    void failed(String what, String why, @Nullable Duration asked) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("stopped"); // and that is why it failed
        }
        failures++;
        if (failures >= settings.attempts()) {
            throw new HubFailure(what + ": " + why + ", " + (failures == 1 ? "once" : failures + " times in a row")
                    + ". What has arrived is kept; resume the download later.");
        }
        if (asked != null && asked.compareTo(settings.longestPause()) > 0) {
            throw new HubFailure(what + ": " + why + " and asks to wait " + words(asked)
                    + ". What has arrived is kept; resume the download then.");
        }
        Duration pause = asked != null ? asked : backoff();
        meter.activity("Waits " + words(pause) + ": " + why);
        sleeper.sleep(pause);
    }

    /** Doubled with every failure, and spread, so that many clients don't come back at the same moment. */
    private Duration backoff() {
        double factor = Math.pow(2, failures - 1) * ThreadLocalRandom.current().nextDouble(0.75, 1.25);
        long millis = (long) Math.min(
                settings.pause().toMillis() * factor, settings.longestPause().toMillis());
        return Duration.ofMillis(millis);
    }

    private static String words(Duration pause) {
        long seconds = Math.max(1, pause.plusMillis(999).toSeconds());
        return seconds < 120 ? seconds + " s" : (seconds + 59) / 60 + " min";
    }
}
