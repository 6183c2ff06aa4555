package dev.unembed.engine.experiment;

/** Thrown out of {@link ExperimentContext#progress} to end an experiment early; experiments let it pass. */
public class RunStopped extends RuntimeException {
    public RunStopped(String message) {
        super(message, null, false, false);
    }
}
