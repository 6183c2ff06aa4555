package dev.unembed.engine.prompt;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a generator is asked for, decided: a recipe whose templates are chosen, and what was seen before.
 *
 * @param templates at least one
 * @param counterparts for each example, where the task has them
 * @param seen examples that must not come again, and whose words are avoided where others are left
 */
public record PromptOrder(
        int count, long seed, List<PromptTemplate> templates, int counterparts, List<PromptExample> seen) {
    private static final Pattern NOT_LETTERS = Pattern.compile("[^\\p{L}\\p{N}]+");

    public PromptOrder {
        templates = List.copyOf(templates);
        seen = List.copyOf(seen);
    }

    /** {@link Random} and not another: its numbers are specified, so they stay the same in every Java. */
    Random random() {
        return new Random(seed);
    }

    /** Every prompt that was seen, corrupted ones and counterparts too. */
    Set<String> seenPrompts() {
        Set<String> prompts = new HashSet<>();
        for (PromptExample example : seen) {
            prompts.add(example.prompt());
            if (example.corrupted() != null) {
                prompts.add(example.corrupted());
            }
            prompts.addAll(example.counterparts());
        }
        return prompts;
    }

    /** The words of a pool that no seen prompt has; all of them where fewer than {@code enough} would be left. */
    List<String> fresh(List<String> pool, int enough) {
        if (seen.isEmpty()) {
            return pool;
        }
        Set<String> words = new HashSet<>();
        for (PromptExample example : seen) {
            for (String word : NOT_LETTERS.split(example.prompt() + " " + example.answer())) {
                words.add(word.toLowerCase(Locale.ROOT));
            }
        }
        List<String> left = pool.stream()
                .filter(word -> !words.contains(word.toLowerCase(Locale.ROOT)))
                .toList();
        return left.size() >= enough ? left : pool;
    }
}
