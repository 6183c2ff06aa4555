package dev.unembed.engine.experiment;

import dev.unembed.engine.transformer.LanguageModel;

/** What an experiment is given besides its parameters. */
public interface ExperimentContext {
    LanguageModel model();

    /**
     * Reports progress; called at least every 250 ms.
     *
     * @throws dev.unembed.engine.experiment.RunStopped when the run is cancelled or the worker is stopping
     */
    void progress(long done, long total);

    /** The seed of this run; the only source of randomness. */
    long seed();
}
