package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.engine.text.TokenizedPrompt.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenEntryTest {
    private static final Map<String, Integer> VOCABULARY =
            Map.of(" Paris", 7042, "Par", 1, "is", 2, " Rome", 3, "Rome", 4);

    /** A tokenizer of five pieces: the longest that fits comes first. */
    private static TokenizedPrompt encode(String text) {
        if (text.contains("\0")) {
            throw new InvalidInput("The text holds a zero character.");
        }
        List<Token> tokens = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.length();
            while (end > at + 1 && !VOCABULARY.containsKey(text.substring(at, end))) {
                end--;
            }
            String piece = text.substring(at, end);
            tokens.add(new Token(VOCABULARY.getOrDefault(piece, 0), piece, at, end));
            at = end;
        }
        return new TokenizedPrompt(tokens, false, List.of());
    }

    private static TokenEntry read(String typed) {
        return TokenEntry.read(typed, TokenEntryTest::encode);
    }

    @Test
    void aTextOfOneTokenIsTakenExactlyAsTyped() {
        assertThat(read(" Paris")).isEqualTo(new TokenEntry.Accepted(" Paris", " Paris", 7042, null));
    }

    @Test
    void theOtherSpellingIsOfferedWhenItIsOneTokenToo() {
        assertThat(read("Rome")).isEqualTo(new TokenEntry.Accepted("Rome", "Rome", 4, " Rome"));
        assertThat(read(" Rome")).isEqualTo(new TokenEntry.Accepted(" Rome", " Rome", 3, "Rome"));
    }

    @Test
    void aTextOfSeveralTokensIsRefusedWithItsPiecesAndTheSpellingThatWorks() {
        TokenEntry entry = read("Paris");

        assertThat(entry).isInstanceOfSatisfying(TokenEntry.Refused.class, refused -> {
            assertThat(refused.sentence()).contains("“Paris” is 2 tokens: “Par” “is”");
            assertThat(refused.variant()).isEqualTo(" Paris");
        });
    }

    @Test
    void aNumberSignMeansAnId() {
        assertThat(read("#262")).isEqualTo(new TokenEntry.Accepted(262, "#262", 262, null));
        assertThat(read(" #0 ")).isEqualTo(new TokenEntry.Accepted(0, "#0", 0, null));
    }

    @Test
    void nothingButSpaceIsRefusedWithAnExample() {
        assertThat(read("  "))
                .isInstanceOfSatisfying(
                        TokenEntry.Refused.class,
                        refused -> assertThat(refused.sentence()).contains("·Paris"));
    }

    @Test
    void whatTheTokenizerRefusesIsToldInItsWords() {
        assertThat(read("a\0b")).isEqualTo(new TokenEntry.Refused("The text holds a zero character.", null));
    }
}
