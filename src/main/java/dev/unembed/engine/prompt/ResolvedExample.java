package dev.unembed.engine.prompt;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An example as one model's token ids.
 *
 * @param ids of the prompt, BOS included where the policy puts one
 * @param answerId of the right token
 * @param foilId of the wrong one, or -1 where there is none
 * @param corruptedIds as long as {@code ids}; null where there is no corrupted prompt
 * @param positions token positions by name, END among them
 * @param counterparts ids of prompts as long as {@code ids}
 */
public record ResolvedExample(
        PromptExample example,
        TokenizedPrompt tokens,
        int[] ids,
        int answerId,
        int foilId,
        int @Nullable [] corruptedIds,
        Map<String, Integer> positions,
        List<int[]> counterparts) {
    public static final int NO_FOIL = -1;

    /** What of an example an analysis can't do without. */
    public enum Needs {
        FOIL,
        CORRUPTED
    }

    /** The last position, whose logits are read. */
    public int end() {
        return ids.length - 1;
    }

    /**
     * All examples, each checked.
     *
     * @throws InvalidInput naming the example (from 1), what was expected and what came
     */
    public static List<ResolvedExample> all(
            List<PromptExample> examples, Tokenizer tokenizer, BosPolicy bos, int nCtx, Needs... needs) {
        if (examples.isEmpty()) {
            throw new InvalidInput("There are no examples; at least one is needed.");
        }
        List<ResolvedExample> resolved = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            try {
                resolved.add(of(examples.get(i), tokenizer, bos, nCtx, needs));
            } catch (InvalidInput e) {
                throw new InvalidInput("Example " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return resolved;
    }

    /** @throws InvalidInput saying what was expected and what came */
    public static ResolvedExample of(
            PromptExample example, Tokenizer tokenizer, BosPolicy bos, int nCtx, Needs... needs) {
        TokenizedPrompt tokens = tokenizer.encode(example.prompt(), bos);
        int[] ids = tokens.ids();
        if (ids.length == 0) {
            throw new InvalidInput("the prompt is empty; a model reads at least one token.");
        }
        if (ids.length > nCtx) {
            throw new InvalidInput(
                    "the prompt has " + ids.length + " tokens; this model reads at most " + nCtx + ". Shorten it.");
        }
        List<Needs> needed = Arrays.asList(needs);
        int answer = tokenizer.singleToken(example.answer());
        String foilText = example.foil();
        if (foilText == null && needed.contains(Needs.FOIL)) {
            throw new InvalidInput("foil is missing; a logit difference needs a wrong token beside the answer.");
        }
        int foil = foilText == null ? NO_FOIL : tokenizer.singleToken(foilText);
        if (foil == answer) {
            throw new InvalidInput("answer and foil are the same token, '" + example.answer() + "'.");
        }
        String corruptedText = example.corrupted();
        if (corruptedText == null && needed.contains(Needs.CORRUPTED)) {
            throw new InvalidInput("corrupted is missing; this analysis compares the prompt with a corrupted one.");
        }
        int[] corrupted = corruptedText == null ? null : alike("corrupted", corruptedText, ids.length, tokenizer, bos);
        List<int[]> counterparts = new ArrayList<>();
        for (String counterpart : example.counterparts()) {
            counterparts.add(alike("a counterpart", counterpart, ids.length, tokenizer, bos));
        }
        return new ResolvedExample(
                example, tokens, ids, answer, foil, corrupted, positions(example, tokens), counterparts);
    }

    private static int[] alike(String what, String text, int length, Tokenizer tokenizer, BosPolicy bos) {
        int[] ids = tokenizer.encode(text, bos).ids();
        if (ids.length != length) {
            throw new InvalidInput(what + " has " + ids.length + " tokens, the prompt " + length
                    + "; they must align token by token. Exchange words for others of as many tokens.");
        }
        return ids;
    }

    private static Map<String, Integer> positions(PromptExample example, TokenizedPrompt tokens) {
        Map<String, Integer> positions = new LinkedHashMap<>();
        example.positions().forEach((name, span) -> {
            if (span.end() > example.prompt().length()) {
                throw new InvalidInput("position " + name + " is [" + span.start() + ", " + span.end()
                        + "], but the prompt has " + example.prompt().length() + " characters.");
            }
            int found = -1;
            for (int t = 0; t < tokens.tokens().size(); t++) {
                TokenizedPrompt.Token token = tokens.tokens().get(t);
                if (token.start() >= 0 && token.start() < span.end() && token.end() > span.start()) {
                    found = t;
                }
            }
            if (found < 0) {
                throw new InvalidInput(
                        "no token covers position " + name + " [" + span.start() + ", " + span.end() + "].");
            }
            positions.put(name, found);
        });
        positions.put(PromptExample.END, tokens.tokens().size() - 1);
        return positions;
    }
}
