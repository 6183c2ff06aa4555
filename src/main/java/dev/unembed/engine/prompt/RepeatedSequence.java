package dev.unembed.engine.prompt;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.prompt.PromptExample.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Induction (Elhage et al.; Olsson et al.): random words of the model's vocabulary, then the first half of them again:
 * [A][B] … [A] asks for [B]. The foil is another word of the sequence; the corrupted prompt has B and the foil exchanged in
 * the first round, so that the foil follows.
 */
final class RepeatedSequence implements PromptGenerator {
    private static final Pattern WORD = Pattern.compile(" [A-Za-z]{2,12}");
    /** Random ids that are looked at; a vocabulary of words gives one in three. */
    private static final int MAX_LOOKS = 20_000;

    private static final int POOL = 400;
    private static final List<Integer> LENGTHS = List.of(8, 6, 12, 16);

    @Override
    public String name() {
        return "induction";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public String label() {
        return "Induction";
    }

    @Override
    public String help() {
        return "Random words, then their beginning again: which word comes next? Foil: another of them.";
    }

    @Override
    public List<PromptTemplate> templates() {
        return LENGTHS.stream()
                .map(length -> new PromptTemplate(
                        "induction/" + length, length + " random words, then the first " + length / 2 + " again"))
                .toList();
    }

    @Override
    public List<PromptTemplate> templatesFor(Vocabulary vocabulary) {
        return List.of(templates().getFirst());
    }

    @Override
    public List<PromptExample> make(PromptOrder order, Vocabulary vocabulary) {
        Draw draw = new Draw(order.random());
        List<String> words = order.fresh(pool(vocabulary, draw), Collections.max(LENGTHS) * 2);
        List<PromptTemplate> turn = draw.shuffled(order.templates());
        Set<String> taken = new HashSet<>(order.seenPrompts());
        List<PromptExample> examples = new ArrayList<>();
        for (int i = 0; i < order.count(); i++) {
            PromptTemplate template = turn.get(i % turn.size());
            examples.add(Draw.fresh(() -> example(template, words, vocabulary, draw), taken, i, order.count()));
        }
        return examples;
    }

    /** Words that are one token with a space before them, drawn by id: looking at all would take seconds. */
    private static List<String> pool(Vocabulary vocabulary, Draw draw) {
        Set<String> words = new java.util.LinkedHashSet<>();
        for (int look = 0; look < MAX_LOOKS && words.size() < POOL; look++) {
            int id = draw.below(vocabulary.size());
            String text = vocabulary.text(id);
            if (WORD.matcher(text).matches() && Arrays.equals(vocabulary.ids(text), new int[] {id})) {
                words.add(text.strip());
            }
        }
        int needed = Collections.max(LENGTHS) * 2;
        if (words.size() < needed) {
            throw new InvalidInput(
                    "This needs " + needed + " words that are one token each with a leading space; among " + MAX_LOOKS
                            + " random tokens of this model's vocabulary there were " + words.size() + ".");
        }
        return List.copyOf(words);
    }

    private static @Nullable PromptExample example(
            PromptTemplate template, List<String> words, Vocabulary vocabulary, Draw draw) {
        int length = Integer.parseInt(template.id().substring(template.id().indexOf('/') + 1));
        int again = length / 2;
        List<String> round = draw.some(length, words, Set.of());
        int place = again; // of the answer in the first round, right after the word the prompt ends in
        int foil = again + 1 + draw.below(length - again - 1);
        List<String> exchanged = new ArrayList<>(round);
        Collections.swap(exchanged, place, foil);
        String prompt = text(round, round.subList(0, again));
        String corrupted = text(exchanged, round.subList(0, again));
        if (vocabulary.length(prompt) != length + again || vocabulary.length(corrupted) != length + again) {
            return null; // the first word isn't one token without its space, or two melt into one
        }
        TreeMap<String, Span> positions = new TreeMap<>();
        positions.put("A1", span(round, place - 1));
        positions.put("B1", span(round, place));
        return new PromptExample(
                prompt, " " + round.get(place), " " + round.get(foil), corrupted, template.id(), positions, List.of());
    }

    private static String text(List<String> round, List<String> again) {
        return String.join(" ", round) + " " + String.join(" ", again);
    }

    private static Span span(List<String> round, int index) {
        int start = round.subList(0, index).stream()
                .mapToInt(word -> word.length() + 1)
                .sum();
        return new Span(start, start + round.get(index).length());
    }
}
