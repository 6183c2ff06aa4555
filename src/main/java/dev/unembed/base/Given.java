package dev.unembed.base;

import dev.unembed.engine.InvalidInput;
import org.jspecify.annotations.Nullable;

/** What a request gives, or doesn't. */
public final class Given {
    private Given() {}

    /** @throws InvalidInput when it is null, naming it */
    public static <T> T required(@Nullable T value, String name) {
        if (value == null) {
            throw new InvalidInput(name + " is missing.");
        }
        return value;
    }
}
