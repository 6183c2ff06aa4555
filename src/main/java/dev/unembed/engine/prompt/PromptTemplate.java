package dev.unembed.engine.prompt;

import dev.unembed.engine.prompt.PromptExample.Span;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sentence with named gaps, such as {@code When {A} and {B} went to the {P}, {S} gave a {O} to}.
 *
 * @param id {@code ioi/3}
 */
public record PromptTemplate(String id, String text) {
    private static final Pattern GAP = Pattern.compile("\\{([A-Za-z]+)}");

    /**
     * A filled template.
     *
     * @param spans where each gap's word stands, without the space before it
     */
    record Filled(String text, Map<String, Span> spans) {
        Span span(String gap) {
            Span span = spans.get(gap);
            if (span == null) {
                throw new IllegalArgumentException("no gap {" + gap + "} in: " + text);
            }
            return span;
        }

        /** The first character after a gap's word that isn't a space: in the token that follows it. */
        Span after(String gap) {
            int at = span(gap).end();
            while (text.charAt(at) == ' ') {
                at++;
            }
            return new Span(at, at + 1);
        }
    }

    Filled fill(Map<String, String> words) {
        StringBuilder filled = new StringBuilder();
        Map<String, Span> spans = new TreeMap<>();
        Matcher gap = GAP.matcher(text);
        int from = 0;
        while (gap.find()) {
            filled.append(text, from, gap.start());
            String word = words.get(gap.group(1));
            if (word == null) {
                throw new IllegalArgumentException("no word for {" + gap.group(1) + "} of " + id);
            }
            spans.put(gap.group(1), new Span(filled.length(), filled.length() + word.length()));
            filled.append(word);
            from = gap.end();
        }
        return new Filled(filled.append(text, from, text.length()).toString(), spans);
    }

    /** What stands between the gaps. */
    String[] fixedParts() {
        return GAP.split(text);
    }
}
