package dev.unembed.base.ui;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.text.TokenizedPrompt;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a typed text means as one token to follow. Texts are taken exactly as typed, a leading space included, because
 * {@code "Paris"} and {@code " Paris"} are different tokens; an id is written {@code #262}.
 */
public sealed interface TokenEntry {
    /**
     * One token.
     *
     * @param value what goes into the parameters: the text, or the id as a number
     * @param shown the token's text
     * @param id the token's id
     * @param variant the same word with (or without) its leading space, if that is one token too
     */
    record Accepted(
            Object value, String shown, int id, @Nullable String variant) implements TokenEntry {}

    /**
     * Not one token.
     *
     * @param sentence why not
     * @param variant what would be one token, if the leading space is all that is in the way
     */
    record Refused(String sentence, @Nullable String variant) implements TokenEntry {}

    Pattern ID = Pattern.compile("\\s*#([0-9]{1,9})\\s*");

    /**
     * Reads what was typed.
     *
     * @param encode the model's tokenizer, without a BOS token
     */
    static TokenEntry read(String typed, Function<String, TokenizedPrompt> encode) {
        Matcher id = ID.matcher(typed);
        if (id.matches()) {
            int number = Integer.parseInt(id.group(1));
            return new Accepted(number, "#" + number, number, null);
        }
        if (typed.isBlank()) {
            return new Refused("Type a token, for example “·Paris” with its leading space, or an id as #262.", null);
        }
        TokenizedPrompt tokens;
        try {
            tokens = encode.apply(typed);
        } catch (InvalidInput refusal) {
            return new Refused(String.valueOf(refusal.getMessage()), null);
        }
        String other = typed.startsWith(" ") ? typed.substring(1) : " " + typed;
        Optional<TokenizedPrompt.Token> variant = single(other, encode);
        if (tokens.tokens().size() == 1) {
            TokenizedPrompt.Token token = tokens.tokens().getFirst();
            return new Accepted(
                    typed, token.text(), token.id(), variant.map(any -> other).orElse(null));
        }
        String pieces = tokens.tokens().stream()
                .map(token -> "“" + Figures.visible(token.text()) + "”")
                .collect(Collectors.joining(" "));
        return new Refused(
                "“" + Figures.visible(typed) + "” is " + tokens.tokens().size() + " tokens: " + pieces
                        + ". Only a single token can be followed.",
                variant.map(any -> other).orElse(null));
    }

    private static Optional<TokenizedPrompt.Token> single(String text, Function<String, TokenizedPrompt> encode) {
        try {
            TokenizedPrompt tokens = encode.apply(text);
            return tokens.tokens().size() == 1 ? Optional.of(tokens.tokens().getFirst()) : Optional.empty();
        } catch (InvalidInput refusal) {
            return Optional.empty();
        }
    }
}
