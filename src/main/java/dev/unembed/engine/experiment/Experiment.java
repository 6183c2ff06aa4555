package dev.unembed.engine.experiment;

import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.result.Result;

/**
 * One kind of analysis. Implementations are stateless, carry {@code @jakarta.inject.Singleton} and are discovered:
 * adding a file is enough.
 */
public interface Experiment<P extends Record, R extends Result> {
    /** Stored with every run: kebab-case, never renamed. */
    String kind();

    Class<P> paramsType();

    /**
     * Refuses what can be known without computing: called when a run is submitted, and again by the worker.
     *
     * @throws dev.unembed.engine.InvalidInput naming the parameter, what was expected and what came
     */
    void validate(P params, ModelFolder model);

    /** Whether it is asked for in the form of a new analysis; others are started from pages of their own. */
    default boolean hasForm() {
        return true;
    }

    /**
     * Bytes of memory that a run takes at its peak, heap and native together, beside the model's weights. A worker refuses
     * what can't fit, so rather too much than too little.
     *
     * @param params that {@link #validate} accepts
     */
    long memoryBytes(P params, ModelFolder model);

    R run(P params, ExperimentContext context);
}
