package dev.unembed.engine.prompt;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.prompt.PromptExample.Span;
import dev.unembed.engine.prompt.PromptTemplate.Filled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Small sums and differences, in words and digits. The foil is the result with another second number, which the corrupted
 * prompt has. Only what is one token is asked for.
 */
final class Arithmetic implements PromptGenerator {
    private record Sentence(PromptTemplate template, boolean inWords, boolean minus, int largest) {
        boolean isSpaced() {
            return template.text().contains("} ");
        }
    }

    private static final List<Sentence> SENTENCES = List.of(
            new Sentence(new PromptTemplate("arithmetic/1", "{X} plus {Y} equals"), true, false, 9),
            new Sentence(new PromptTemplate("arithmetic/2", "The sum of {X} and {Y} is"), true, false, 10),
            new Sentence(
                    new PromptTemplate("arithmetic/3", "Everyone knows that {X} plus {Y} equals"), true, false, 10),
            new Sentence(new PromptTemplate("arithmetic/4", "{X} minus {Y} equals"), true, true, 10),
            new Sentence(new PromptTemplate("arithmetic/5", "{X} + {Y} ="), false, false, 50),
            new Sentence(new PromptTemplate("arithmetic/6", "{X}+{Y}="), false, false, 50),
            new Sentence(new PromptTemplate("arithmetic/7", "{X}-{Y}="), false, true, 50));

    private record Sum(Sentence sentence, int x, int y, Filled prompt, String answer) {}

    @Override
    public String name() {
        return "arithmetic";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public String label() {
        return "Arithmetic";
    }

    @Override
    public String help() {
        return "Sums and differences in words or digits. Foil: the result with another number. Corrupted: that number.";
    }

    @Override
    public List<PromptTemplate> templates() {
        return SENTENCES.stream().map(Sentence::template).toList();
    }

    /** Words where the model has them, else digits: the two are different tasks. */
    @Override
    public List<PromptTemplate> templatesFor(Vocabulary vocabulary) {
        List<PromptTemplate> inWords = SENTENCES.stream()
                .filter(Sentence::inWords)
                .map(Sentence::template)
                .filter(vocabulary::isFluent)
                .filter(template -> sums(sentence(template), vocabulary).size() >= 2)
                .toList();
        return inWords.isEmpty() ? templates() : inWords;
    }

    @Override
    public List<PromptExample> make(PromptOrder order, Vocabulary vocabulary) {
        Draw draw = new Draw(order.random());
        Set<String> taken = new HashSet<>(order.seenPrompts());
        List<List<PromptExample>> decks = new ArrayList<>();
        List<String> counts = new ArrayList<>();
        for (PromptTemplate template : order.templates()) {
            List<Sum> sums = sums(sentence(template), vocabulary);
            counts.add(template.id() + ": " + sums.size());
            decks.add(draw.shuffled(examples(sums, vocabulary, draw)));
        }
        List<PromptExample> examples = new ArrayList<>();
        int longest = decks.stream().mapToInt(List::size).max().orElse(0);
        for (int i = 0; i < longest; i++) {
            for (List<PromptExample> deck : decks) {
                if (examples.size() < order.count()
                        && i < deck.size()
                        && taken.add(deck.get(i).prompt())) {
                    examples.add(deck.get(i));
                }
            }
        }
        if (examples.size() < order.count()) {
            throw new InvalidInput(order.count() + " examples were asked for; " + examples.size()
                    + " can be made. Sums whose result is one token of this model, by template: "
                    + String.join(", ", counts) + (order.seen().isEmpty() ? "" : "; some are in the set already")
                    + ". Ask for fewer, or allow more templates.");
        }
        return examples;
    }

    private static Sentence sentence(PromptTemplate template) {
        return SENTENCES.stream()
                .filter(each -> each.template().equals(template))
                .findFirst()
                .orElseThrow();
    }

    private static List<Sum> sums(Sentence sentence, Vocabulary vocabulary) {
        List<Sum> sums = new ArrayList<>();
        for (int x = 0; x <= sentence.largest(); x++) {
            for (int y = 0; y <= sentence.largest(); y++) {
                int result = sentence.minus() ? x - y : x + y;
                if (result < 0) {
                    continue;
                }
                Filled prompt = sentence.template().fill(Map.of("X", number(x, sentence), "Y", number(y, sentence)));
                String answer = (sentence.isSpaced() ? " " : "") + number(result, sentence);
                if (vocabulary.continues(prompt.text(), answer)) {
                    sums.add(new Sum(sentence, x, y, prompt, answer));
                }
            }
        }
        return sums;
    }

    private static String number(int value, Sentence sentence) {
        return sentence.inWords() ? WordPools.NUMBERS.get(value) : String.valueOf(value);
    }

    /** Each sum with another of as many tokens and the same first number. */
    private static List<PromptExample> examples(List<Sum> sums, Vocabulary vocabulary, Draw draw) {
        List<PromptExample> examples = new ArrayList<>();
        for (Sum sum : sums) {
            int tokens = vocabulary.length(sum.prompt().text());
            List<Sum> others = sums.stream()
                    .filter(other -> other.x() == sum.x()
                            && !other.answer().equals(sum.answer())
                            && vocabulary.length(other.prompt().text()) == tokens)
                    .toList();
            if (others.isEmpty()) {
                continue;
            }
            Sum other = draw.one(others);
            TreeMap<String, Span> positions = new TreeMap<>();
            positions.put("X", sum.prompt().span("X"));
            positions.put("Y", sum.prompt().span("Y"));
            examples.add(new PromptExample(
                    sum.prompt().text(),
                    sum.answer(),
                    other.answer(),
                    other.prompt().text(),
                    sum.sentence().template().id() + "/" + tokens + " tokens",
                    positions,
                    List.of()));
        }
        return examples;
    }
}
