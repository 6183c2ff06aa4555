package dev.unembed.engine.prompt;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How examples were made, completely but for the tokenizer: with the same one, {@link #make} gives the same again.
 *
 * @param generator name of a {@link PromptGenerator}
 * @param version of the generator; null for today's
 * @param count 1 to {@value #MAX_COUNT}
 * @param templates ids of the generator's; empty leaves the choice to it
 * @param counterparts for each example, 0 to {@value #MAX_COUNTERPARTS}; only some tasks have them
 */
public record PromptRecipe(
        String generator, @Nullable Integer version, int count, long seed, List<String> templates, int counterparts) {
    /** Where templates aren't named: an order of two sentences then has four prompts each. */
    private static final int PROMPTS_PER_TEMPLATE = 8;

    public static final int MAX_COUNT = 2000;
    public static final int MAX_COUNTERPARTS = 20;
    public static final int DEFAULT_COUNTERPARTS = 5;

    /** Examples, and the recipe with every choice in it. */
    public record Made(PromptRecipe recipe, List<PromptExample> examples) {
        public Made {
            examples = List.copyOf(examples);
        }
    }

    public PromptRecipe {
        templates = templates == null ? List.of() : List.copyOf(templates);
    }

    public static PromptRecipe of(String generator, int count, long seed) {
        return new PromptRecipe(generator, null, count, seed, List.of(), DEFAULT_COUNTERPARTS);
    }

    public PromptRecipe withTemplates(String... ids) {
        return new PromptRecipe(generator, version, count, seed, List.of(ids), counterparts);
    }

    /** @throws InvalidInput saying what was expected and what came */
    public Made make(Tokenizer tokenizer) {
        return make(tokenizer, List.of());
    }

    /**
     * Examples of the same task that nobody has seen: no prompt comes again, and templates and words are others where
     * there are any left.
     *
     * @param seen the examples there are
     */
    public Made unseen(int count, long seed, List<PromptExample> seen, Tokenizer tokenizer) {
        PromptGenerator task = task();
        List<String> used = seen.stream()
                .map(PromptExample::template)
                .filter(Objects::nonNull)
                .toList();
        List<String> others = task.templatesFor(new Vocabulary(tokenizer)).stream()
                .map(PromptTemplate::id)
                .filter(id -> used.stream().noneMatch(template -> template.equals(id) || template.startsWith(id + "/")))
                .toList();
        return new PromptRecipe(generator, version, count, seed, few(others, count, seed), counterparts)
                .make(tokenizer, seen);
    }

    /**
     * So few templates that each has several prompts: a mean over the prompts of a template, which ablations put in the place
     * of a component, is no mean where there is one.
     */
    private static <T> List<T> few(List<T> templates, int count, long seed) {
        int most = Math.max(1, count / PROMPTS_PER_TEMPLATE);
        if (templates.size() <= most) {
            return templates;
        }
        List<T> shuffled = new ArrayList<>(templates);
        Collections.shuffle(shuffled, new Random(seed));
        List<T> chosen = shuffled.subList(0, most);
        return templates.stream().filter(chosen::contains).toList();
    }

    private Made make(Tokenizer tokenizer, List<PromptExample> seen) {
        PromptGenerator task = task();
        if (count < 1 || count > MAX_COUNT) {
            throw new InvalidInput("count is " + count + "; expected 1 to " + MAX_COUNT + ".");
        }
        if (counterparts < 0 || counterparts > MAX_COUNTERPARTS) {
            throw new InvalidInput("counterparts is " + counterparts + "; expected 0 to " + MAX_COUNTERPARTS + ".");
        }
        if (!tokenizer.knowsText()) {
            throw new InvalidInput(
                    "This model's folder has no tokenizer.json, so prompts can't be made for it. Choose another model.");
        }
        Vocabulary vocabulary = new Vocabulary(tokenizer);
        List<PromptTemplate> chosen = templates.isEmpty()
                ? few(task.templatesFor(vocabulary), count, seed)
                : templates.stream().distinct().map(id -> template(task, id)).toList();
        List<PromptExample> examples = task.make(new PromptOrder(count, seed, chosen, counterparts, seen), vocabulary);
        PromptRecipe complete = new PromptRecipe(
                task.name(),
                task.version(),
                count,
                seed,
                chosen.stream().map(PromptTemplate::id).toList(),
                task.hasCounterparts() ? counterparts : 0);
        return new Made(complete, examples);
    }

    private PromptGenerator task() {
        PromptGenerator task = PromptGenerator.of(generator);
        if (version != null && version != task.version()) {
            throw new InvalidInput("The recipe was written for version " + version + " of generator " + generator
                    + "; this is version " + task.version() + ", which makes other examples.");
        }
        return task;
    }

    private static PromptTemplate template(PromptGenerator task, String id) {
        return task.templates().stream()
                .filter(template -> template.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new InvalidInput("template is '" + id + "'; " + task.name() + " has "
                        + task.templates().stream().map(PromptTemplate::id).collect(Collectors.joining(", ")) + "."));
    }
}
