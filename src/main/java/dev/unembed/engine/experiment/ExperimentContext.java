package dev.unembed.engine.experiment;

import dev.unembed.engine.transformer.LanguageModel;
import java.util.Optional;
import java.util.function.Supplier;

/** What an experiment is given besides its parameters. */
public interface ExperimentContext {
    LanguageModel model();

    /**
     * Reports progress; called at least every 250 ms.
     *
     * @throws dev.unembed.engine.experiment.RunStopped when the run is cancelled or the worker is stopping
     */
    void progress(long done, long total);

    /**
     * What an earlier attempt of this run saved: its worker died or was stopped. Empty for a first attempt, or where nothing
     * was saved.
     */
    default Optional<byte[]> checkpoint() {
        return Optional.empty();
    }

    /**
     * Offers what a later attempt may go on from, in place of what was saved before. May be called from the computing thread
     * and as often as one likes: what is offered too soon after the last is not asked for its bytes.
     */
    default void saveCheckpoint(Supplier<byte[]> state) {}

    /** The seed of this run; the only source of randomness. */
    long seed();
}
