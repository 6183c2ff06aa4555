package dev.unembed.model.hub;

/** The hub, the network or the disk didn't let a download go on. The message is for people: what, and what to do. */
public final class HubFailure extends RuntimeException {
    HubFailure(String message) {
        super(message);
    }

    HubFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
