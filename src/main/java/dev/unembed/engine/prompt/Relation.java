package dev.unembed.engine.prompt;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.prompt.PromptExample.Span;
import dev.unembed.engine.prompt.PromptTemplate.Filled;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Prompts that ask for what stands beside a subject in a table: a country's capital. The foil is the answer for another
 * subject of as many tokens, which the corrupted prompt is about.
 *
 * @param name of the relation, for messages
 * @param templates with one gap, {@code {X}}
 * @param answers by subject
 */
record Relation(String name, List<PromptTemplate> templates, Map<String, String> answers) {
    private record Fact(PromptTemplate template, String subject, int tokens, String answer) {
        Filled prompt() {
            return template.fill(Map.of("X", subject));
        }

        /** Alike in template and length: a subject of several tokens makes a template of its own. */
        String template(Vocabulary vocabulary) {
            int length = vocabulary.length(" " + subject);
            return length == 1 ? template.id() : template.id() + "/" + length + "-token subject";
        }

        boolean canStandFor(Fact other) {
            return template.equals(other.template()) && tokens == other.tokens() && !answer.equals(other.answer());
        }
    }

    /** A column of the bundled table of countries. */
    static Map<String, String> countries(String column) {
        try (InputStream in = Objects.requireNonNull(Relation.class.getResourceAsStream("countries.csv"))) {
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            int index = List.of(lines.getFirst().split(",")).indexOf(column);
            Map<String, String> answers = new TreeMap<>();
            for (String line : lines.subList(1, lines.size())) {
                String[] cells = line.split(",", -1);
                if (!cells[index].isEmpty()) {
                    answers.put(cells[0], cells[index]);
                }
            }
            return answers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Examples of several relations, their templates taking turns; each fact once. */
    static List<PromptExample> examples(List<Relation> relations, PromptOrder order, Vocabulary vocabulary) {
        Draw draw = new Draw(order.random());
        List<List<Fact>> byTemplate = new ArrayList<>();
        List<String> counts = new ArrayList<>();
        for (Relation relation : relations) {
            for (PromptTemplate template : order.templates()) {
                if (relation.templates().contains(template)) {
                    List<Fact> facts = relation.facts(template, vocabulary);
                    counts.add(template.id() + ": " + facts.size() + " of "
                            + relation.answers().size());
                    byTemplate.add(facts);
                }
            }
        }
        Set<String> taken = new HashSet<>(order.seenPrompts());
        List<List<Fact>> decks =
                byTemplate.stream().map(facts -> inOrder(facts, order, draw)).toList();
        List<PromptExample> examples = new ArrayList<>();
        int[] next = new int[decks.size()];
        int exhausted = 0;
        for (int turn = 0;
                examples.size() < order.count() && exhausted < decks.size();
                turn = (turn + 1) % decks.size()) {
            List<Fact> deck = decks.get(turn);
            if (next[turn] == deck.size()) {
                exhausted++;
                continue;
            }
            exhausted = 0;
            Fact fact = deck.get(next[turn]++);
            List<Fact> others = deck.stream().filter(fact::canStandFor).toList();
            if (!others.isEmpty() && taken.add(fact.prompt().text())) {
                examples.add(example(fact, draw.one(others), vocabulary));
            }
        }
        if (examples.size() < order.count()) {
            throw new InvalidInput(order.count() + " examples were asked for; " + examples.size()
                    + " can be made. Entries whose answer is one token of this model, by template: "
                    + String.join(", ", counts) + (order.seen().isEmpty() ? "" : "; some are in the set already")
                    + ". Ask for fewer, or allow more templates.");
        }
        return examples;
    }

    /** Entries whose answer is one token and joins onto the prompt. */
    private List<Fact> facts(PromptTemplate template, Vocabulary vocabulary) {
        List<Fact> facts = new ArrayList<>();
        answers.forEach((subject, answer) -> {
            String prompt = template.fill(Map.of("X", subject)).text();
            if (vocabulary.continues(prompt, " " + answer)) {
                facts.add(new Fact(template, subject, vocabulary.length(prompt), answer));
            }
        });
        return facts;
    }

    /** Shuffled; subjects that no seen prompt has come first. */
    private static List<Fact> inOrder(List<Fact> facts, PromptOrder order, Draw draw) {
        List<Fact> shuffled = draw.shuffled(facts);
        Set<String> fresh = Set.copyOf(
                order.fresh(facts.stream().map(Fact::subject).distinct().collect(Collectors.toList()), 1));
        List<Fact> sorted = new ArrayList<>(
                shuffled.stream().filter(fact -> fresh.contains(fact.subject())).toList());
        shuffled.stream().filter(fact -> !fresh.contains(fact.subject())).forEach(sorted::add);
        return sorted;
    }

    private static PromptExample example(Fact fact, Fact other, Vocabulary vocabulary) {
        Filled clean = fact.prompt();
        TreeMap<String, Span> positions = new TreeMap<>();
        positions.put("subject", clean.span("X"));
        return new PromptExample(
                clean.text(),
                " " + fact.answer(),
                " " + other.answer(),
                other.prompt().text(),
                fact.template(vocabulary),
                positions,
                List.of());
    }
}
