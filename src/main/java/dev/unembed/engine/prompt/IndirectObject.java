package dev.unembed.engine.prompt;

import dev.unembed.engine.prompt.PromptExample.Span;
import dev.unembed.engine.prompt.PromptTemplate.Filled;
import dev.unembed.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Indirect object identification (Wang et al., <a href="https://arxiv.org/abs/2211.00593">arXiv:2211.00593</a>): two people,
 * one of them gives; who receives? The answer is the indirect object (IO), the foil the subject (S). The corrupted prompt
 * has the giver exchanged; counterparts (p_ABC) have three unrelated people in the same sentence.
 *
 * <p>Each template comes in two orders: ABBA names the IO first, BABA the subject.
 */
final class IndirectObject implements PromptGenerator {
    /** The first sentences are also the small world's of the bundled model; no name stands first, where it has no space. */
    private static final List<String> SENTENCES = List.of(
            "Then {A} and {B} went to the {P}. {S} gave a {O} to",
            "When {A} and {B} went to the {P}, {S} gave a {O} to",
            "After {A} and {B} arrived at the {P}, {S} handed a {O} to",
            "While {A} and {B} were at the {P}, {S} passed the {O} to",
            "Then {A} and {B} had a long talk at the {P}. {S} showed a {O} to",
            "After {A} and {B} went to the {P}, {S} gave a {O} to",
            "When {A} and {B} arrived at the {P}, {S} handed the {O} to",
            "While {A} and {B} were at the {P}, {S} gave a {O} to",
            "Then {A} and {B} met at the {P}, and {S} offered the {O} to",
            "Then {A} and {B} spent the day at the {P}. In the evening {S} sent a {O} to",
            "When {A} and {B} got a {O} at the {P}, {S} decided to give it to",
            "Then, {A} and {B} were working at the {P}. {S} decided to give a {O} to",
            "Then, {A} and {B} were thinking about going to the {P}. {S} wanted to give a {O} to",
            "After the lunch, {A} and {B} went to the {P}. {S} gave a {O} to",
            "Afterwards, {A} and {B} went to the {P}, and {S} gave a {O} to",
            "The {P} where {A} and {B} went had a {O}. {S} gave it to",
            "Friends {A} and {B} found a {O} at the {P}. {S} gave it to",
            "While {A} and {B} were commuting to the {P}, {S} gave a {O} to");

    private static final List<String> ORDERS = List.of("ABBA", "BABA");
    private static final int NAMES_NEEDED = 6;
    private static final int WORDS_NEEDED = 3;

    private final List<PromptTemplate> templates = new ArrayList<>();

    private record Form(PromptTemplate template, String order) {}

    IndirectObject() {
        for (int i = 0; i < SENTENCES.size(); i++) {
            templates.add(new PromptTemplate("ioi/" + (i + 1), SENTENCES.get(i)));
        }
    }

    @Override
    public String name() {
        return "ioi";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public String label() {
        return "Indirect object (IOI)";
    }

    @Override
    public String help() {
        return "Two people, one gives, who receives? Foil: the giver. Corrupted: the giver exchanged.";
    }

    @Override
    public List<PromptTemplate> templates() {
        return List.copyOf(templates);
    }

    @Override
    public boolean hasCounterparts() {
        return true;
    }

    @Override
    public String coverage(Tokenizer tokenizer) {
        Vocabulary vocabulary = new Vocabulary(tokenizer);
        return "One token each: " + of(vocabulary, WordPools.NAMES) + " names, " + of(vocabulary, WordPools.PLACES)
                + " places, " + of(vocabulary, WordPools.OBJECTS) + " objects.";
    }

    private static String of(Vocabulary vocabulary, List<String> words) {
        return vocabulary.single(words).size() + " of " + words.size();
    }

    @Override
    public List<PromptExample> make(PromptOrder order, Vocabulary vocabulary) {
        List<String> names =
                order.fresh(vocabulary.single("first names", WordPools.NAMES, NAMES_NEEDED), NAMES_NEEDED * 2);
        List<String> places = order.fresh(vocabulary.single("places", WordPools.PLACES, WORDS_NEEDED), WORDS_NEEDED);
        List<String> objects = order.fresh(vocabulary.single("objects", WordPools.OBJECTS, WORDS_NEEDED), WORDS_NEEDED);
        Draw draw = new Draw(order.random());
        List<Form> forms = new ArrayList<>();
        for (String each : ORDERS) {
            order.templates().forEach(template -> forms.add(new Form(template, each)));
        }
        List<Form> turn = draw.shuffled(forms);
        Set<String> taken = new HashSet<>(order.seenPrompts());
        List<PromptExample> examples = new ArrayList<>();
        for (int i = 0; i < order.count(); i++) {
            Form form = turn.get(i % turn.size());
            examples.add(Draw.fresh(
                    () -> example(form, names, draw.one(places), draw.one(objects), order.counterparts(), draw),
                    taken,
                    i,
                    order.count()));
        }
        return examples;
    }

    private static PromptExample example(
            Form form, List<String> names, String place, String object, int counterparts, Draw draw) {
        List<String> two = draw.some(2, names, Set.of());
        String io = two.get(0);
        String subject = two.get(1);
        boolean ioFirst = form.order().equals("ABBA");
        String first = ioFirst ? io : subject;
        String second = ioFirst ? subject : io;
        Filled clean = fill(form, first, second, subject, place, object);
        TreeMap<String, Span> positions = new TreeMap<>();
        positions.put("IO", clean.span(ioFirst ? "A" : "B"));
        positions.put("S1", clean.span(ioFirst ? "B" : "A"));
        positions.put("S1+1", clean.after(ioFirst ? "B" : "A"));
        positions.put("S2", clean.span("S"));
        List<String> others = new ArrayList<>();
        for (int i = 0; i < counterparts; i++) {
            List<String> three = draw.some(3, names, Set.of(io, subject));
            others.add(fill(form, three.get(0), three.get(1), three.get(2), place, object)
                    .text());
        }
        return new PromptExample(
                clean.text(),
                " " + io,
                " " + subject,
                fill(form, first, second, io, place, object).text(),
                form.template().id() + "/" + form.order(),
                positions,
                others);
    }

    private static Filled fill(Form form, String first, String second, String giver, String place, String object) {
        return form.template().fill(Map.of("A", first, "B", second, "S", giver, "P", place, "O", object));
    }
}
