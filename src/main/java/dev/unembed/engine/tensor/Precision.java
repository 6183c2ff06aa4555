package dev.unembed.engine.tensor;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.unembed.engine.InvalidInput;
import java.util.Locale;

/** What the factors of large matrix products are rounded to. */
public enum Precision {
    /** 24 bits of significand: what everything is held against. */
    FP32,
    /** 8 bits of significand: faster where the processor has instructions for it, and only nearly the same. */
    BF16;

    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static Precision of(String value) {
        for (Precision precision : values()) {
            if (precision.value().equals(value)) {
                return precision;
            }
        }
        throw new InvalidInput("precision is '" + value + "'; expected fp32 or bf16.");
    }
}
