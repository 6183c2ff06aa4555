package dev.unembed.engine.text;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.unembed.engine.InvalidInput;
import java.util.Locale;

/** Whether a beginning-of-sequence token precedes a prompt. It is never doubled, whatever the policy. */
public enum BosPolicy {
    /** What the model's own tokenizer does. */
    DEFAULT,
    ALWAYS,
    NEVER;

    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static BosPolicy of(String value) {
        for (BosPolicy policy : values()) {
            if (policy.value().equals(value)) {
                return policy;
            }
        }
        throw new InvalidInput("bos is '" + value + "'; expected default, always or never.");
    }
}
