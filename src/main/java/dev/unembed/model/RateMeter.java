package dev.unembed.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** Bytes per second over the last ten seconds: steady enough to read, quick enough to show that nothing comes. */
final class RateMeter {
    private record Sample(long bytes, long nanos) {}

    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Deque<Sample> samples = new ArrayDeque<>();

    /**
     * @param bytes so far
     * @param nanos of {@link System#nanoTime}
     * @return 0 until there are two readings
     */
    long perSecond(long bytes, long nanos) {
        samples.addLast(new Sample(bytes, nanos));
        while (samples.size() > 2 && nanos - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
        Sample first = samples.getFirst();
        long elapsed = nanos - first.nanos();
        return elapsed <= 0 ? 0 : Math.round((bytes - first.bytes()) * 1e9 / elapsed);
    }
}
