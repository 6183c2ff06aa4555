package dev.unembed.engine.circuit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.unembed.engine.InvalidInput;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is put in the place of an ablated node. */
public record Ablation(Value value, Reference reference) {
    public enum Value {
        ZERO,
        /** The mean over the reference, per template and position. */
        MEAN,
        /** What it is on the corrupted prompt, or on another prompt of the same template where there is none. */
        RESAMPLE;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        public static Value of(String text) {
            return oneOf("ablation", text, values());
        }
    }

    /** Whose mean. */
    public enum Reference {
        /** The prompts' own. */
        SET,
        /** Of prompts of the same template about unrelated things (IOI's p_ABC). */
        COUNTERPARTS;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        public static Reference of(String text) {
            return oneOf("reference", text, values());
        }
    }

    /** @throws InvalidInput listing the known names */
    static <E extends Enum<E>> E oneOf(String what, String text, E[] values) {
        return Arrays.stream(values)
                .filter(value ->
                        value.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidInput(what + " is '" + text + "'; expected "
                        + Arrays.stream(values)
                                .map(value ->
                                        value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                                .collect(Collectors.joining(", "))
                        + "."));
    }

    /** For people: {@code mean of the set}, {@code zero}. */
    public String inWords() {
        return switch (value) {
            case ZERO -> "zero";
            case MEAN -> reference == Reference.SET ? "mean of the set" : "mean of the counterparts";
            case RESAMPLE -> "resample";
        };
    }
}
