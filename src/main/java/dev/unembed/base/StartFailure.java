package dev.unembed.base;

/** Why the process can't start, in words for the person who started it. */
public class StartFailure extends RuntimeException {
    public StartFailure(String message) {
        super(message);
    }

    public StartFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
