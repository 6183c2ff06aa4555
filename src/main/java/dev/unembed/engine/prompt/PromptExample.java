package dev.unembed.engine.prompt;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.unembed.engine.InvalidInput;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A prompt with its right and a wrong continuation, as a person writes it.
 *
 * @param prompt what the model reads
 * @param answer the right continuation: one token, mostly with a leading space
 * @param foil a wrong one, or null where only the answer's logit is asked for
 * @param corrupted a prompt of as many tokens in which the answer is no longer right
 * @param template which prompts are built alike: means are taken within one template
 * @param positions names for places in the prompt; END is always the last token and needs none
 * @param counterparts prompts of the same template and length about unrelated things (IOI's p_ABC), for means
 */
public record PromptExample(
        String prompt,
        String answer,
        @Nullable String foil,
        @Nullable String corrupted,
        @Nullable String template,
        SortedMap<String, Span> positions,
        List<String> counterparts) {
    /** The name of the last position, which every prompt has. */
    public static final String END = "END";

    /**
     * Characters {@code [start, end)} of the prompt (UTF-16), written {@code [34, 39]} in JSON; the position is that of the
     * last token that covers any of them. Characters, because they mean the same for every tokenizer and BOS policy.
     */
    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    @JsonPropertyOrder({"start", "end"}) // whatever a mapper sorts by
    public record Span(int start, int end) {
        public Span {
            if (start < 0 || end <= start) {
                throw new InvalidInput("A position is [" + start + ", " + end
                        + "]; expected the first character and one past the last, such as [34, 39].");
            }
        }
    }

    public PromptExample {
        if (prompt == null || answer == null) {
            throw new InvalidInput(
                    "An example needs prompt and answer, such as {\"prompt\": \"The capital of France is\","
                            + " \"answer\": \" Paris\", \"foil\": \" Rome\"}.");
        }
        positions = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(positions));
        counterparts = List.copyOf(counterparts);
    }

    /** From JSON, where everything but prompt and answer may be absent. */
    @JsonCreator
    public static PromptExample of(
            @JsonProperty("prompt") String prompt,
            @JsonProperty("answer") String answer,
            @JsonProperty("foil") @Nullable String foil,
            @JsonProperty("corrupted") @Nullable String corrupted,
            @JsonProperty("template") @Nullable String template,
            @JsonProperty("positions") @Nullable Map<String, Span> positions,
            @JsonProperty("counterparts") @Nullable List<String> counterparts) {
        return new PromptExample(
                prompt,
                answer,
                foil,
                corrupted,
                template,
                new TreeMap<>(positions == null ? Map.of() : positions),
                counterparts == null ? List.of() : counterparts);
    }

    public static PromptExample of(String prompt, String answer, @Nullable String foil) {
        return of(prompt, answer, foil, null, null, null, null);
    }

    public PromptExample withCorrupted(String other) {
        return new PromptExample(prompt, answer, foil, other, template, positions, counterparts);
    }
}
