package dev.unembed.model.hub;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The hub can't answer now. */
final class TryAgain extends IOException {
    /** How long it asks to wait; null if it doesn't say. */
    final transient @Nullable Duration pause;

    TryAgain(String message, @Nullable Duration pause) {
        super(message);
        this.pause = pause;
    }
}
