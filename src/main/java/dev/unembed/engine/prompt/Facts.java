package dev.unembed.engine.prompt;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Other things one knows: a country's language, continent and money, and opposites. */
final class Facts implements PromptGenerator {
    private static final List<Relation> RELATIONS = List.of(
            new Relation(
                    "language",
                    List.of(
                            new PromptTemplate("facts/language-1", "People in {X} speak"),
                            new PromptTemplate("facts/language-2", "The language of {X} is")),
                    Relation.countries("language")),
            new Relation(
                    "continent",
                    List.of(new PromptTemplate("facts/continent-1", "The country of {X} lies in")),
                    Relation.countries("continent")),
            new Relation(
                    "currency",
                    List.of(
                            new PromptTemplate("facts/currency-1", "The money of {X} is the"),
                            new PromptTemplate("facts/currency-2", "In {X} one pays with the")),
                    Relation.countries("currency")),
            new Relation(
                    "opposite",
                    List.of(
                            new PromptTemplate("facts/opposite-1", "The opposite of {X} is"),
                            new PromptTemplate("facts/opposite-2", "It isn't {X}, it is the opposite:")),
                    opposites()));

    private static Map<String, String> opposites() {
        Map<String, String> answers = new TreeMap<>();
        for (String pair : """
                hot cold, big small, high low, open closed, rich poor, light dark, old young, strong weak, good bad, early late,
                wet dry, hard soft, fast slow, full empty, happy sad, long short, left right, black white, thick thin,
                clean dirty, love hate, war peace, day night, winter summer, north south, east west, male female, true false,
                first last, above below, inside outside, success failure, life death, push pull, buy sell, win lose""".split(",")) {
            String[] two = pair.strip().split("\\s+");
            answers.put(two[0], two[1]);
            answers.put(two[1], two[0]);
        }
        return answers;
    }

    @Override
    public String name() {
        return "facts";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public String label() {
        return "Facts";
    }

    @Override
    public String help() {
        return "Languages, continents, money, opposites. Foil: the answer for another subject. Corrupted: that subject.";
    }

    @Override
    public List<PromptTemplate> templates() {
        return RELATIONS.stream().flatMap(each -> each.templates().stream()).toList();
    }

    @Override
    public List<PromptExample> make(PromptOrder order, Vocabulary vocabulary) {
        return Relation.examples(RELATIONS, order, vocabulary);
    }
}
