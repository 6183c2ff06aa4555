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
import org.jspecify.annotations.Nullable;

/**
 * Greater-than (Hanna et al., <a href="https://arxiv.org/abs/2305.00586">arXiv:2305.00586</a>): a span of years that must
 * end after it began. The corrupted prompt begins in a year 01, after which any end is possible, as in the paper.
 *
 * <p>Where a tokenizer has the last two digits of a year as one token, the answer is a later year of the century and the
 * foil an earlier one; where every digit is a token, they are a later and an earlier decade. Other ways of cutting years
 * are refused.
 */
final class GreaterThan implements PromptGenerator {
    private static final List<PromptTemplate> TEMPLATES = List.of(
            new PromptTemplate("greater-than/1", "The {N} lasted from the year {C}{Y} to the year {C}"),
            new PromptTemplate("greater-than/2", "The {N} started in the year {C}{Y} and ended in the year {C}"),
            new PromptTemplate("greater-than/3", "The {N} went on from the year {C}{Y} until the year {C}"));

    private static final List<String> CENTURIES = List.of("11", "12", "13", "14", "15", "16", "17", "18");
    private static final int NOUNS_NEEDED = 3;

    private enum Cut {
        /** 17·32 */
        PAIRS,
        /** 1·7·3·2 */
        DIGITS
    }

    @Override
    public String name() {
        return "greater-than";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public String label() {
        return "Greater than";
    }

    @Override
    public String help() {
        return "A year to end in that comes after the year of the beginning. Foil: one that comes before it.";
    }

    @Override
    public List<PromptTemplate> templates() {
        return TEMPLATES;
    }

    @Override
    public List<PromptExample> make(PromptOrder order, Vocabulary vocabulary) {
        List<String> nouns =
                order.fresh(vocabulary.single("nouns for what lasts", WordPools.LASTING, NOUNS_NEEDED), NOUNS_NEEDED);
        Cut cut = cut(vocabulary);
        Draw draw = new Draw(order.random());
        List<PromptTemplate> turn = draw.shuffled(order.templates());
        Set<String> taken = new HashSet<>(order.seenPrompts());
        List<PromptExample> examples = new ArrayList<>();
        for (int i = 0; i < order.count(); i++) {
            PromptTemplate template = turn.get(i % turn.size());
            examples.add(Draw.fresh(
                    () -> example(template, draw.one(nouns), draw.one(CENTURIES), cut, vocabulary, draw),
                    taken,
                    i,
                    order.count()));
        }
        return examples;
    }

    /** How this tokenizer cuts a year, judged by one in the first sentence. */
    private static Cut cut(Vocabulary vocabulary) {
        String before = "The war lasted from the year";
        int[] start = vocabulary.ids(before);
        int[] whole = vocabulary.ids(before + " 1732");
        List<String> pieces = new ArrayList<>();
        for (int t = Math.min(start.length, whole.length); t < whole.length; t++) {
            pieces.add(vocabulary.text(whole[t]).strip());
        }
        pieces.removeIf(String::isEmpty); // a space may be a token of its own
        if (pieces.equals(List.of("17", "32"))) {
            return Cut.PAIRS;
        }
        if (pieces.equals(List.of("1", "7", "3", "2"))) {
            return Cut.DIGITS;
        }
        throw new InvalidInput("This model reads the year 1732 as '" + String.join("' + '", pieces)
                + "'; the task needs it as '17' + '32' or digit by digit, so that the end of a year is one token."
                + " Choose another task or model.");
    }

    private static @Nullable PromptExample example(
            PromptTemplate template, String noun, String century, Cut cut, Vocabulary vocabulary, Draw draw) {
        int year = 12 + draw.below(77); // 12 to 88: decades below and above
        int decade = year / 10;
        int later = cut == Cut.PAIRS ? year + 1 + draw.below(99 - year) : decade + 1 + draw.below(9 - decade);
        int earlier = cut == Cut.PAIRS ? 2 + draw.below(year - 2) : draw.below(decade);
        String format = cut == Cut.PAIRS ? "%02d" : "%d";
        Filled clean = template.fill(Map.of("N", noun, "C", century, "Y", "%02d".formatted(year)));
        String corrupted =
                template.fill(Map.of("N", noun, "C", century, "Y", "01")).text();
        String answer = format.formatted(later);
        String foil = format.formatted(earlier);
        if (!vocabulary.continues(clean.text(), answer)
                || !vocabulary.continues(clean.text(), foil)
                || vocabulary.length(corrupted) != vocabulary.length(clean.text())) {
            return null; // some pairs of digits are no token of their own
        }
        TreeMap<String, Span> positions = new TreeMap<>();
        positions.put("noun", clean.span("N"));
        Span digits = clean.span("Y");
        positions.put("YY", cut == Cut.PAIRS ? digits : new Span(digits.start(), digits.start() + 1));
        return new PromptExample(clean.text(), answer, foil, corrupted, template.id(), positions, List.of());
    }
}
