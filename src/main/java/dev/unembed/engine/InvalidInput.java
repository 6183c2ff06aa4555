package dev.unembed.engine;

/**
 * The first of the three kinds of failure: the user can fix it. The message is shown to the user as it is, so it names
 * the thing, what was expected, what came, and what to do.
 */
public class InvalidInput extends RuntimeException {
    public InvalidInput(String message) {
        super(message);
    }

    public InvalidInput(String message, Throwable cause) {
        super(message, cause);
    }
}
