package dev.unembed.engine.prompt;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.Tokenizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What generators ask a tokenizer: which texts are one token, and how long others are. Remembers its answers. */
public final class Vocabulary {
    private static final Pattern PIECE = Pattern.compile(" ?[\\p{L}']+| ?[^\\p{L}\\s]");

    private final Tokenizer tokenizer;
    private final Map<String, int[]> known = new HashMap<>();

    public Vocabulary(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    int size() {
        return tokenizer.vocabularySize();
    }

    /** How one token reads, its leading space included. */
    String text(int id) {
        return tokenizer.text(id);
    }

    /** Ids without a BOS token; not to be changed. */
    int[] ids(String text) {
        return known.computeIfAbsent(
                text, each -> tokenizer.encode(each, BosPolicy.NEVER).ids());
    }

    int length(String text) {
        return ids(text).length;
    }

    boolean isOne(String text) {
        return length(text) == 1;
    }

    /** The words that are one token with a space before them. */
    List<String> single(List<String> words) {
        return words.stream().filter(word -> isOne(" " + word)).toList();
    }

    /**
     * Those, if there are enough.
     *
     * @param what the words are, in the plural
     * @throws InvalidInput with the numbers
     */
    List<String> single(String what, List<String> words, int needed) {
        List<String> single = single(words);
        if (single.size() < needed) {
            throw new InvalidInput(
                    "This needs " + needed + " " + what + " that are one token each with a leading space;"
                            + " this model's vocabulary has " + single.size() + " of the " + words.size()
                            + " known here. Choose another task or model.");
        }
        return single;
    }

    /** Whether a continuation is one token that joins onto a prompt without changing the prompt's own tokens. */
    boolean continues(String prompt, String continuation) {
        if (!isOne(continuation)) {
            return false;
        }
        int[] before = ids(prompt);
        int[] whole = ids(prompt + continuation);
        return whole.length == before.length + 1
                && Arrays.equals(before, 0, before.length, whole, 0, before.length)
                && whole[before.length] == ids(continuation)[0];
    }

    /** Whether every fixed word of a template is one token: a phrasing that the model has met, then. */
    boolean isFluent(PromptTemplate template) {
        for (String part : template.fixedParts()) {
            Matcher piece = PIECE.matcher(part);
            while (piece.find()) {
                if (!isOne(piece.group())) {
                    return false;
                }
            }
        }
        return true;
    }
}
