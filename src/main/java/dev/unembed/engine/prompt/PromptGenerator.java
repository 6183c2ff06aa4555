package dev.unembed.engine.prompt;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.text.Tokenizer;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Makes examples of one task for one model's tokenizer: words are chosen so that answer and foil are one token each and
 * the corrupted prompt aligns.
 *
 * <p>Adding a task is one implementation and its place in {@link #all()}. The same recipe with the same tokenizer gives
 * the same examples, to the letter, on every machine: all chance comes from the seed. Whoever changes what a recipe gives
 * raises {@link #version()}.
 */
public interface PromptGenerator {
    /** The tasks there are. */
    static List<PromptGenerator> all() {
        return List.of(
                new IndirectObject(),
                new Capitals(),
                new Facts(),
                new GreaterThan(),
                new Arithmetic(),
                new RepeatedSequence());
    }

    /** @throws InvalidInput naming the known ones */
    static PromptGenerator of(String name) {
        return all().stream()
                .filter(generator -> generator.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidInput("generator is '" + name + "'; known: "
                        + all().stream().map(PromptGenerator::name).collect(Collectors.joining(", ")) + "."));
    }

    /** Stored with every set made: kebab-case, never renamed. */
    String name();

    /** Raised when the same recipe gives other examples than before. */
    int version();

    /** The task's name for people. */
    String label();

    /** One sentence: what is asked, what answer and foil are. */
    String help();

    /** Every template, the first ones the most usual; an example's template begins with the id of the one it is made from. */
    List<PromptTemplate> templates();

    /** The templates that are taken where a recipe names none. */
    default List<PromptTemplate> templatesFor(Vocabulary vocabulary) {
        List<PromptTemplate> fluent =
                templates().stream().filter(vocabulary::isFluent).toList();
        return fluent.isEmpty() ? templates() : fluent;
    }

    /**
     * Called by {@link PromptRecipe#make}, which has checked the order.
     *
     * @throws InvalidInput with the numbers when the vocabulary or the task has too little for so many
     */
    List<PromptExample> make(PromptOrder order, Vocabulary vocabulary);

    /** Whether the examples have counterparts (p_ABC). */
    default boolean hasCounterparts() {
        return false;
    }

    /** @return how much of the task's words this tokenizer has as single tokens, in a sentence; empty where all is free */
    default String coverage(Tokenizer tokenizer) {
        return "";
    }
}
