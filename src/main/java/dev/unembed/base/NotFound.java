package dev.unembed.base;

/** There is no such thing, or none the caller may know of: 404. */
public class NotFound extends RuntimeException {
    public NotFound(String message) {
        super(message);
    }
}
