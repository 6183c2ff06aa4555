package dev.unembed.engine.experiment;

import dev.unembed.engine.transformer.LanguageModel;
import java.util.Optional;

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
     * Saves what a later attempt may go on from, in place of what was saved before. May be called from the computing thread,
     * every few seconds.
     */
    default void saveCheckpoint(byte[] state) {}

    /** The seed of this run; the only source of randomness. */
    long seed();
}
