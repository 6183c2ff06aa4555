package dev.unembed.worker;

import dev.unembed.engine.experiment.ExperimentContext;
import dev.unembed.engine.experiment.RunStopped;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.run.RunClaims;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an experiment sees of its run. A progress report is one statement that stores how far it is and brings back whether
 * to go on; reports that follow too closely are dropped, so an experiment may report as often as it likes.
 */
final class StoredRunContext implements ExperimentContext {
    static final class Cancelled extends RunStopped {
        Cancelled() {
            super("cancelled");
        }
    }

    static final class Stopping extends RunStopped {
        Stopping() {
            super("the worker is stopping");
        }
    }

    private static final long PAUSE_NANOS = Duration.ofMillis(200).toNanos();
    /** Between two checkpoints: what a dead worker's run loses at most. */
    private static final long CHECKPOINT_NANOS = Duration.ofSeconds(3).toNanos();

    private final RunClaims.Claim claim;
    private final RunClaims claims;
    private final BooleanSupplier stopping;
    private @Nullable LanguageModel model;
    private long lastReport;
    private boolean reported;
    /** The computing thread's alone. */
    private long lastCheckpoint = System.nanoTime();

    private @Nullable Supplier<byte[]> offered;

    StoredRunContext(RunClaims.Claim claim, RunClaims claims, BooleanSupplier stopping) {
        this.claim = claim;
        this.claims = claims;
        this.stopping = stopping;
    }

    /** From here on it is there for the experiment. */
    void use(LanguageModel leased) {
        model = leased;
    }

    @Override
    public LanguageModel model() {
        return Objects.requireNonNull(model, "the model isn't loaded yet");
    }

    /** While the model is waited for and loaded: nothing to report, but the run may have been cancelled. */
    void loading() {
        progress(0, 0);
    }

    @Override
    public void progress(long done, long total) {
        if (stopping.getAsBoolean()) {
            throw new Stopping();
        }
        long now = System.nanoTime();
        if (reported && now - lastReport < PAUSE_NANOS) {
            return;
        }
        reported = true;
        lastReport = now;
        report(done, total);
    }

    @Override
    public Optional<byte[]> checkpoint() {
        return claims.checkpoint(claim);
    }

    @Override
    public void saveCheckpoint(Supplier<byte[]> state) {
        offered = state;
        if (System.nanoTime() - lastCheckpoint >= CHECKPOINT_NANOS) {
            saveOffered();
        }
    }

    /** Saves what was offered last, whatever was saved when. For a run that was stopped, once nothing of it computes. */
    void saveOffered() {
        if (offered != null) {
            claims.saveCheckpoint(claim, offered.get());
            offered = null;
            lastCheckpoint = System.nanoTime();
        }
    }

    @Override
    public long seed() {
        return claim.seed();
    }

    /** Stops a run that was cancelled or taken over while its model was being loaded. */
    void check() {
        if (stopping.getAsBoolean()) {
            throw new Stopping();
        }
        report(0, 0);
    }

    private void report(long done, long total) {
        switch (claims.progress(claim, done, total)) {
            case CONTINUE -> {}
            case CANCEL -> throw new Cancelled();
            case LOST -> throw new RunStopped("another worker has taken the run, or it is gone; this attempt ends");
        }
    }
}
