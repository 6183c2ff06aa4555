package dev.unembed.base;

/** The caller may see the thing but not do this with it: 403. */
public class Forbidden extends RuntimeException {
    public Forbidden(String message) {
        super(message);
    }
}
