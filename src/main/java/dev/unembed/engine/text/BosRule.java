package dev.unembed.engine.text;

/**
 * What a model's own files say about the BOS token.
 *
 * @param id the token, or {@link #NONE} if the model has none
 * @param prependedByDefault whether the model's own tokenizer puts it in front of a prompt
 */
public record BosRule(int id, boolean prependedByDefault) {
    public static final int NONE = -1;

    public boolean known() {
        return id != NONE;
    }
}
