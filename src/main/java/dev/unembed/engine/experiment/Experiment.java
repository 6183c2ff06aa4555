package dev.unembed.engine.experiment;

import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.result.Result;

/**
 * One kind of analysis. Implementations are stateless, carry {@code @jakarta.inject.Singleton} and are discovered:
 * adding a file is enough.
 */
public interface Experiment<P extends Record, R extends Result> {
    /** Of analyses that go through their work in batches of a bounded size, a few tensors of 64 MB at a time. */
    long USUAL_MEMORY_BYTES = 400L << 20;

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
    default long memoryBytes(P params, ModelFolder model) {
        return USUAL_MEMORY_BYTES;
    }

    R run(P params, ExperimentContext context);
}
