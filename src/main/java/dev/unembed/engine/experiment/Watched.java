package dev.unembed.engine.experiment;

import dev.unembed.engine.tensor.Meter;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Computes on a thread of its own while the calling thread reports progress and asks whether to go on: single matrix
 * products of a large model take longer than a report may wait.
 */
final class Watched {
    private static final long REPORT_MILLIS = 100;

    private Watched() {}

    /**
     * @param meter advanced by the computation, which ends when it is stopped
     * @param steps what is reported as the total: something a person can count, where the meter counts multiplications
     * @throws RunStopped if the context says so; the computation has ended by then
     */
    static <T> T compute(ExperimentContext context, Meter meter, long steps, Callable<T> computation) {
        FutureTask<T> task = new FutureTask<>(computation);
        Thread thread = new Thread(task, "experiment");
        thread.setDaemon(true);
        context.progress(0, steps);
        thread.start();
        try {
            while (true) {
                try {
                    T result = task.get(REPORT_MILLIS, TimeUnit.MILLISECONDS);
                    context.progress(steps, steps);
                    return result;
                } catch (TimeoutException e) {
                    context.progress((long) ((double) meter.done() / meter.total() * steps), steps);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunStopped("The worker was interrupted.");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case null -> throw new IllegalStateException(e);
                case RuntimeException exception -> throw exception;
                case Error error -> throw error;
                default -> throw new IllegalStateException(e.getCause());
            }
        } finally {
            meter.stop();
            joinUninterruptibly(thread);
        }
    }

    /** The thread reads tensors that its caller frees, so nothing returns before it has ended. */
    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
