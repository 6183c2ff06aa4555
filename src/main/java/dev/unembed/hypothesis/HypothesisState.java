package dev.unembed.hypothesis;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.unembed.engine.InvalidInput;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a version stands, derived from the evidence: whether it is frozen, whether a test is on its way, and what the newest
 * finished one found. Written {@code protocol-dependent} in JSON and addresses.
 */
public enum HypothesisState {
    /** Not frozen: nothing of it can be tested. */
    DRAFT,
    /** Frozen, and no test has a result. */
    FROZEN,
    /** A test is queued or being computed. */
    TESTING,
    SUPPORTED,
    /** It holds under the protocol that was declared, and not under others. */
    PROTOCOL_DEPENDENT,
    REFUTED,
    /** The test ran and can't tell. */
    INCONCLUSIVE;

    /** @param label of the newest finished test's verdict, null where there is none */
    static HypothesisState of(boolean frozen, boolean underWay, @Nullable String label) {
        if (!frozen) {
            return DRAFT;
        }
        if (underWay) {
            return TESTING;
        }
        if (label == null) {
            return FROZEN;
        }
        return switch (label) {
            case "supported" -> SUPPORTED;
            case "protocol-dependent" -> PROTOCOL_DEPENDENT;
            case "refuted" -> REFUTED;
            default -> INCONCLUSIVE;
        };
    }

    /** As it is written in JSON, addresses and on pages. */
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws InvalidInput naming the known ones */
    @JsonCreator
    public static HypothesisState parse(String text) {
        for (HypothesisState state : values()) {
            if (state.text().equals(text)) {
                return state;
            }
        }
        throw new InvalidInput("state is '" + text + "'; expected one of "
                + Arrays.stream(values()).map(HypothesisState::text).collect(Collectors.joining(", ")) + ".");
    }
}
