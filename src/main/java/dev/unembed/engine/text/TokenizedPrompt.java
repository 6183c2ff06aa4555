package dev.unembed.engine.text;

import java.util.List;

/**
 * A prompt as the model reads it.
 *
 * @param tokens every token in order, the BOS token included when one was prepended
 * @param bosPrepended whether the policy put a BOS token in front
 * @param warnings sentences worth showing before a run: a trailing space, a doubled space
 */
public record TokenizedPrompt(List<Token> tokens, boolean bosPrepended, List<String> warnings) {
    /**
     * @param text the piece as it reads in the text, a leading space included
     * @param start first character of the text it covers (UTF-16), or -1 for a token that stands for no text
     * @param end one past the last character it covers, or -1
     */
    public record Token(int id, String text, int start, int end) {}

    public TokenizedPrompt {
        tokens = List.copyOf(tokens);
        warnings = List.copyOf(warnings);
    }

    public int[] ids() {
        return tokens.stream().mapToInt(Token::id).toArray();
    }
}
