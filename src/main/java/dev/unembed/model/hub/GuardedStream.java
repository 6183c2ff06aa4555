package dev.unembed.model.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A response's body that fails when nothing comes for too long: the client's own timeout ends with the headers. */
final class GuardedStream extends FilterInputStream {
    private static final ScheduledExecutorService WATCH = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("hub-watch").factory());

    private final Duration silence;
    private final ScheduledFuture<?> watching;
    private volatile long lastByteNanos = System.nanoTime();
    private volatile boolean gaveUp;

    GuardedStream(InputStream body, Duration silence) {
        super(body);
        this.silence = silence;
        long period = Math.max(10, silence.toMillis() / 4);
        this.watching = WATCH.scheduleAtFixedRate(this::watch, period, period, TimeUnit.MILLISECONDS);
    }

    private void watch() {
        if (System.nanoTime() - lastByteNanos > silence.toNanos()) {
            gaveUp = true;
            watching.cancel(false);
            try {
                in.close(); // ends a read that waits
            } catch (IOException e) {
                // the reader learns of it from gaveUp
            }
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            int count = in.read(buffer, offset, length);
            if (!gaveUp) {
                lastByteNanos = System.nanoTime();
                return count;
            }
        } catch (IOException e) {
            if (!gaveUp) {
                throw e;
            }
        }
        throw new IOException("nothing came for " + silence.toMillis() + " ms");
    }

    @Override
    public void close() throws IOException {
        watching.cancel(false);
        in.close();
    }
}
