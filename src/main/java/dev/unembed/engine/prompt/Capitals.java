package dev.unembed.engine.prompt;

import java.util.List;

/** A country's capital, from the bundled table; the foil is another country's. */
final class Capitals implements PromptGenerator {
    private static final Relation RELATION = new Relation(
            "capital",
            List.of(
                    new PromptTemplate("capitals/1", "The capital of {X} is"),
                    new PromptTemplate("capitals/2", "The capital city of {X} is called"),
                    new PromptTemplate("capitals/3", "Everyone knows that the capital of {X} is"),
                    new PromptTemplate("capitals/4", "I went to the capital of {X}, which is")),
            Relation.countries("capital"));

    @Override
    public String name() {
        return "capitals";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public String label() {
        return "Capitals";
    }

    @Override
    public String help() {
        return "Which city is a country's capital? Foil: another country's capital. Corrupted: that country.";
    }

    @Override
    public List<PromptTemplate> templates() {
        return RELATION.templates();
    }

    @Override
    public List<PromptExample> make(PromptOrder order, Vocabulary vocabulary) {
        return Relation.examples(List.of(RELATION), order, vocabulary);
    }
}
