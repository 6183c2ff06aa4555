package dev.unembed.base;

/** The thing's present state doesn't allow it: 409. */
public class Conflict extends RuntimeException {
    public Conflict(String message) {
        super(message);
    }
}
