package dev.unembed.model.hub;

import dev.unembed.engine.InvalidInput;
import java.util.regex.Pattern;

/** An access token of a hub. Lives in memory only and prints as nothing but its kind. */
public final class HubToken {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/=-]{1,500}");

    private final String secret;

    /** @throws InvalidInput if it can't be one; the message doesn't repeat it */
    public HubToken(String secret) {
        if (!FORM.matcher(secret).matches()) {
            throw new InvalidInput(
                    "The token can't be one: letters, digits, hyphens and underscores are expected, as in"
                            + " hf_…, and no blanks. Copy it again.");
        }
        this.secret = secret;
    }

    String authorization() {
        return "Bearer " + secret;
    }

    @Override
    public String toString() {
        return "a hub's token";
    }
}
