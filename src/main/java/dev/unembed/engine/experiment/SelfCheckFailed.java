package dev.unembed.engine.experiment;

/** A run found its own numbers wrong. Our fault, never the user's; the run fails with the figure. */
public class SelfCheckFailed extends RuntimeException {
    public SelfCheckFailed(String message) {
        super(message);
    }
}
