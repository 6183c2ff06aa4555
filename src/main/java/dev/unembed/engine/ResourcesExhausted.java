package dev.unembed.engine;

/** The second kind of failure: memory, disk or device did not suffice. Shown with what was needed and what there was. */
public class ResourcesExhausted extends RuntimeException {
    public ResourcesExhausted(String message) {
        super(message);
    }

    public ResourcesExhausted(String message, Throwable cause) {
        super(message, cause);
    }
}
