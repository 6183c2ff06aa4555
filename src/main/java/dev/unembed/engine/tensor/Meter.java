package dev.unembed.engine.tensor;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far a computation is, shared by the threads that compute and the one that reports. Whoever advances it also learns
 * here that the computation shall end.
 */
public final class Meter {
    private final AtomicLong done = new AtomicLong();
    private final long total;
    private volatile boolean stopped;

    /** @param total units of work, of whatever size the computation likes */
    public Meter(long total) {
        this.total = Math.max(1, total);
    }

    /** @throws CancellationException if the computation was stopped */
    public void advance(long units) {
        done.addAndGet(units);
        if (stopped) {
            throw new CancellationException();
        }
    }

    public void stop() {
        stopped = true;
    }

    /** Never more than {@link #total}, so that a step done twice doesn't show. */
    public long done() {
        return Math.min(done.get(), total);
    }

    public long total() {
        return total;
    }
}
