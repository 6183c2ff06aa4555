package dev.unembed.engine.prompt;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at examples with a model's tokenizer before anything is computed: what would be refused, what is doubtful, and what
 * would be right instead.
 */
public final class Preflight {
    public enum Level {
        /** An analysis refuses the example. */
        ERROR,
        /** It runs, but probably not as meant. */
        WARNING
    }

    /**
     * A way out.
     *
     * @param label what it does: {@code answer ' Paris'}
     * @param example the whole example as it would be
     */
    public record Offer(String label, PromptExample example) {}

    /** @param field of the example: prompt, answer, foil, corrupted, positions or counterparts */
    public record Finding(
            Level level,
            String field,
            String message,
            @Nullable Offer offer) {}

    /**
     * @param index from 0
     * @param tokens of the prompt, 0 where it can't be read
     */
    public record Check(int index, int tokens, List<Finding> findings) {
        public Check {
            findings = List.copyOf(findings);
        }

        public boolean isSound() {
            return findings.stream().noneMatch(finding -> finding.level() == Level.ERROR);
        }
    }

    private final Tokenizer tokenizer;
    private final BosPolicy bos;
    private final int nCtx;

    private Preflight(Tokenizer tokenizer, BosPolicy bos, int nCtx) {
        this.tokenizer = tokenizer;
        this.bos = bos;
        this.nCtx = nCtx;
    }

    /** One check for each example, in order. */
    public static List<Check> of(List<PromptExample> examples, Tokenizer tokenizer, BosPolicy bos, int nCtx) {
        if (!tokenizer.knowsText()) {
            throw new InvalidInput(
                    "This model's folder has no tokenizer.json, so it can't read prompts. Choose another model.");
        }
        return new Preflight(tokenizer, bos, nCtx).checks(examples);
    }

    private List<Check> checks(List<PromptExample> examples) {
        Map<List<@Nullable String>, Integer> first = new HashMap<>();
        Map<String, Integer> lengths = new HashMap<>();
        List<Check> checks = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            PromptExample example = examples.get(i);
            List<Finding> findings = new ArrayList<>();
            int tokens = prompt(example, findings);
            if (tokens > 0) {
                continuation(example, findings);
                aligned(example, "corrupted", example.corrupted(), tokens, findings);
                example.counterparts().forEach(each -> aligned(example, "counterparts", each, tokens, findings));
                positions(example, findings);
                String template = example.template();
                if (template != null && lengths.computeIfAbsent(template, each -> tokens) != tokens) {
                    findings.add(warning(
                            "prompt",
                            "It has " + tokens + " tokens, the first of template '" + template + "' has "
                                    + lengths.get(template) + ": a mean per position needs equal lengths."));
                }
            }
            Integer same =
                    first.putIfAbsent(java.util.Arrays.asList(example.prompt(), example.answer(), example.foil()), i);
            if (same != null) {
                findings.add(warning("prompt", "It is the same as example " + (same + 1) + "."));
            }
            checks.add(new Check(i, tokens, findings));
        }
        return checks;
    }

    private int prompt(PromptExample example, List<Finding> findings) {
        try {
            TokenizedPrompt tokens = tokenizer.encode(example.prompt(), bos);
            int count = tokens.tokens().size();
            if (example.prompt().isEmpty()) {
                findings.add(error("prompt", "The prompt is empty; a model reads at least one token."));
                return 0;
            }
            if (count > nCtx) {
                findings.add(
                        error("prompt", "The prompt has " + count + " tokens; this model reads at most " + nCtx + "."));
            }
            for (String warning : tokens.warnings()) {
                String trimmed = example.prompt().strip();
                findings.add(new Finding(
                        Level.WARNING,
                        "prompt",
                        warning,
                        trimmed.equals(example.prompt())
                                        || trimmed.isEmpty()
                                        || !example.positions().isEmpty()
                                ? null
                                : new Offer("prompt without the space around it", with(example, trimmed, null, null))));
            }
            return count;
        } catch (InvalidInput e) {
            findings.add(error("prompt", String.valueOf(e.getMessage())));
            return 0;
        }
    }

    private void continuation(PromptExample example, List<Finding> findings) {
        boolean answer = single(example, "answer", example.answer(), findings);
        String foilText = example.foil();
        boolean foil = foilText == null || single(example, "foil", foilText, findings);
        if (answer && foil && foilText != null) {
            if (id(example.answer()) == id(foilText)) {
                findings.add(error("foil", "Answer and foil are the same token, '" + foilText + "'."));
            }
        }
        unspaced(example, "answer", answer ? example.answer() : null, findings);
        unspaced(example, "foil", foil ? foilText : null, findings);
        if (answer && !joins(example.prompt(), example.answer())) {
            findings.add(warning(
                    "answer",
                    "Written after the prompt, '" + example.answer()
                            + "' is read differently: the prompt's last token changes with it."));
        }
    }

    /** One token it is, but a word after a word begins with a space. */
    private void unspaced(PromptExample example, String field, @Nullable String text, List<Finding> findings) {
        String prompt = example.prompt();
        if (text == null
                || !Character.isLetter(text.codePointAt(0))
                || !Character.isLetterOrDigit(prompt.codePointBefore(prompt.length()))) {
            return;
        }
        spaced(example, field, text)
                .ifPresent(offer -> findings.add(new Finding(
                        Level.WARNING,
                        field,
                        capital(field) + " '" + text + "' would continue the prompt's last word: it has no space before"
                                + " it.",
                        offer)));
    }

    private boolean single(PromptExample example, String field, String text, List<Finding> findings) {
        try {
            tokenizer.singleToken(text);
            return true;
        } catch (InvalidInput e) {
            int[] ids = ids(text);
            String read = ids.length == 0
                    ? "it is empty."
                    : "it reads as "
                            + String.join(
                                    " + ",
                                    Stream.of(boxed(ids))
                                            .map(id -> "'" + tokenizer.text(id) + "'")
                                            .toList())
                            + ".";
            findings.add(new Finding(
                    Level.ERROR,
                    field,
                    capital(field) + " '" + text + "' isn't one token of this model: " + read,
                    spaced(example, field, text).or(() -> differing(example)).orElse(null)));
            return false;
        }
    }

    /** The same word with its leading space, or without, if that is one token. */
    private Optional<Offer> spaced(PromptExample example, String field, String text) {
        String stripped = text.strip();
        return Stream.of(" " + stripped, stripped)
                .filter(variant -> !variant.isBlank() && !variant.equals(text) && ids(variant).length == 1)
                .findFirst()
                .map(variant -> new Offer(
                        field + " '" + variant + "'",
                        field.equals("answer")
                                ? with(example, example.prompt(), variant, example.foil())
                                : with(example, example.prompt(), example.answer(), variant)));
    }

    /** What answer and foil begin with alike moves into the prompt; the first tokens in which they differ remain. */
    private Optional<Offer> differing(PromptExample example) {
        String foil = example.foil();
        if (foil == null) {
            int[] ids = ids(example.answer());
            return ids.length == 0
                    ? Optional.empty()
                    : offer(example, "", tokenizer.text(ids[0]), null, "its first token");
        }
        int[] a = ids(example.answer());
        int[] b = ids(foil);
        int same = 0;
        StringBuilder shared = new StringBuilder();
        while (same < a.length && same < b.length && a[same] == b[same]) {
            shared.append(tokenizer.text(a[same++]));
        }
        return same == a.length || same == b.length
                ? Optional.empty()
                : offer(
                        example,
                        shared.toString(),
                        tokenizer.text(a[same]),
                        tokenizer.text(b[same]),
                        "the first tokens in which they differ");
    }

    private Optional<Offer> offer(
            PromptExample example, String moved, String answer, @Nullable String foil, String what) {
        if (ids(answer).length != 1 || (foil != null && ids(foil).length != 1)) {
            return Optional.empty(); // a piece of a word that can't be written alone
        }
        String corrupted = example.corrupted();
        PromptExample changed = new PromptExample(
                example.prompt() + moved,
                answer,
                foil,
                corrupted == null ? null : corrupted + moved,
                example.template(),
                example.positions(),
                example.counterparts().stream().map(each -> each + moved).toList());
        return Optional.of(new Offer(
                what + ": '" + answer + "'" + (foil == null ? "" : " against '" + foil + "'")
                        + (moved.isEmpty() ? "" : " after '…" + moved + "'"),
                changed));
    }

    private void aligned(
            PromptExample example, String field, @Nullable String text, int tokens, List<Finding> findings) {
        if (text == null) {
            return;
        }
        try {
            int count = tokenizer.encode(text, bos).tokens().size();
            if (count != tokens) {
                findings.add(error(
                        field,
                        (field.equals("corrupted") ? "Corrupted" : "A counterpart") + " has " + count
                                + " tokens, the prompt " + tokens
                                + "; they must align token by token. Exchange words for others of as many tokens."));
            } else if (text.equals(example.prompt()) && field.equals("corrupted")) {
                findings.add(warning(field, "Corrupted is the prompt itself: nothing is exchanged."));
            }
        } catch (InvalidInput e) {
            findings.add(error(field, String.valueOf(e.getMessage())));
        }
    }

    private void positions(PromptExample example, List<Finding> findings) {
        if (example.positions().isEmpty() || !findings.stream().allMatch(f -> f.level() == Level.WARNING)) {
            return;
        }
        try {
            ResolvedExample.of(example, tokenizer, bos, nCtx);
        } catch (InvalidInput e) {
            findings.add(error("positions", capital(String.valueOf(e.getMessage()))));
        }
    }

    private boolean joins(String prompt, String continuation) {
        return new Vocabulary(tokenizer).continues(prompt, continuation);
    }

    private int id(String text) {
        return tokenizer.singleToken(text);
    }

    private int[] ids(String text) {
        return text.isEmpty()
                ? new int[0]
                : tokenizer.encode(text, BosPolicy.NEVER).ids();
    }

    private static Integer[] boxed(int[] ids) {
        return java.util.Arrays.stream(ids).boxed().toArray(Integer[]::new);
    }

    private static PromptExample with(
            PromptExample example, String prompt, @Nullable String answer, @Nullable String foil) {
        return new PromptExample(
                prompt,
                answer == null ? example.answer() : answer,
                answer == null && foil == null ? example.foil() : foil,
                example.corrupted(),
                example.template(),
                example.positions(),
                example.counterparts());
    }

    private static Finding error(String field, String message) {
        return new Finding(Level.ERROR, field, message, null);
    }

    private static Finding warning(String field, String message) {
        return new Finding(Level.WARNING, field, message, null);
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
