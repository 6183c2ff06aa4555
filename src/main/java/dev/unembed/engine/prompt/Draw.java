package dev.unembed.engine.prompt;

import dev.unembed.engine.InvalidInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Chance with a seed, for generators. */
final class Draw {
    /** Of a task with enough left, one of so many tries gives something new; none of so many means there is nothing. */
    private static final int MAX_TRIES = 2000;

    private final Random random;

    Draw(Random random) {
        this.random = random;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    <T> T one(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    /** Different ones, none of {@code not}. */
    List<String> some(int count, List<String> from, Set<String> not) {
        List<String> drawn = new ArrayList<>();
        while (drawn.size() < count) {
            String one = one(from);
            if (!not.contains(one) && !drawn.contains(one)) {
                drawn.add(one);
            }
        }
        return drawn;
    }

    <T> List<T> shuffled(List<T> all) {
        List<T> shuffled = new ArrayList<>(all);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            T moved = shuffled.get(i);
            shuffled.set(i, shuffled.get(j));
            shuffled.set(j, moved);
        }
        return shuffled;
    }

    /**
     * Draws until the prompt is new; remembers it.
     *
     * @param draft null for a draw that came to nothing
     * @param taken prompts that must not come (again)
     * @throws InvalidInput when there seems to be nothing new
     */
    static PromptExample fresh(Supplier<@Nullable PromptExample> draft, Set<String> taken, int had, int wanted) {
        for (int attempt = 0; attempt < MAX_TRIES; attempt++) {
            PromptExample example = draft.get();
            if (example != null && taken.add(example.prompt())) {
                return example;
            }
        }
        throw new InvalidInput("Only " + had + " of " + wanted + " examples could be made before they repeated"
                + (taken.size() > had ? " themselves or those there are" : " themselves")
                + ". Ask for fewer, or allow more templates.");
    }
}
