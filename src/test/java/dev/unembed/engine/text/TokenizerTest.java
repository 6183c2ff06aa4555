package dev.unembed.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unembed.engine.Fixtures;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.text.TokenizedPrompt.Token;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
    private final Tokenizer tokenizer = ModelFolder.open(Fixtures.demo()).tokenizer();

    @Test
    void piecesKeepTheirLeadingSpaceAndCoverTheText() {
        String text = "The capital of France is";
        TokenizedPrompt prompt = tokenizer.encode(text, BosPolicy.NEVER);
        assertThat(prompt.tokens()).extracting(Token::text).containsExactly("The", " capital", " of", " France", " is");
        assertThat(prompt.tokens())
                .allSatisfy(t -> assertThat(text.substring(t.start(), t.end())).isEqualTo(t.text()));
        assertThat(prompt.warnings()).isEmpty();
    }

    @Test
    void theBosTokenFollowsThePolicyAndIsNeverDoubled() {
        assertThat(tokenizer.encode("The", BosPolicy.DEFAULT).ids()).containsExactly(0, 388);
        assertThat(tokenizer.encode("The", BosPolicy.DEFAULT).bosPrepended()).isTrue();
        assertThat(tokenizer.encode("The", BosPolicy.ALWAYS).ids()).containsExactly(0, 388);
        assertThat(tokenizer.encode("The", BosPolicy.NEVER).ids()).containsExactly(388);
        for (BosPolicy policy : BosPolicy.values()) {
            TokenizedPrompt written = tokenizer.encode("<|endoftext|>The", policy);
            assertThat(written.ids()).as(policy.value()).containsExactly(0, 388);
            assertThat(written.bosPrepended()).isFalse();
        }
        assertThat(tokenizer.ofIds(new int[] {388}, BosPolicy.DEFAULT).ids()).containsExactly(388);
        assertThat(tokenizer.ofIds(new int[] {388}, BosPolicy.ALWAYS).ids()).containsExactly(0, 388);
        assertThat(tokenizer.ofIds(new int[] {0, 388}, BosPolicy.ALWAYS).ids()).containsExactly(0, 388);
    }

    @Test
    void bytesThatAreNoWholeCharacterAreReadable() {
        TokenizedPrompt prompt = tokenizer.encode("naïve 🙂x", BosPolicy.NEVER);
        assertThat(String.join("", prompt.tokens().stream().map(Token::text).toList()))
                .isEqualTo("na<0xC3><0xAF>ve <0xF0><0x9F><0x99><0x82>x");
        Token last = prompt.tokens().getLast();
        assertThat(last).isEqualTo(new Token(last.id(), "x", 8, 9)); // UTF-16: the emoji counts two
    }

    @Test
    void wholeCharactersOfSeveralBytesAreShownAsTheyAre() {
        assertThat(PieceText.BYTE_LEVEL.readable("ĠÐŁ")).isEqualTo(" П");
        assertThat(PieceText.BYTE_LEVEL.readable("ĠPar")).isEqualTo(" Par");
        assertThat(PieceText.BYTE_LEVEL.readable("Ċ")).isEqualTo("\n");
        assertThat(PieceText.METASPACE.readable("▁Paris")).isEqualTo(" Paris");
        assertThat(PieceText.readableUtf8(new byte[] {'a', (byte) 0xe2, (byte) 0x82, 'b'}))
                .isEqualTo("a<0xE2><0x82>b");
    }

    @Test
    void trailingAndDoubledSpacesAreWarnedOf() {
        assertThat(tokenizer.encode("The capital ", BosPolicy.DEFAULT).warnings())
                .anySatisfy(w -> assertThat(w).contains("ends with a space"));
        assertThat(tokenizer.encode("The  capital", BosPolicy.DEFAULT).warnings())
                .anySatisfy(w -> assertThat(w).contains("two spaces"));
    }

    @Test
    void aTrackedTextMustBeOneToken() {
        assertThat(tokenizer.singleToken(" Paris")).isEqualTo(973);
        assertThatThrownBy(() -> tokenizer.singleToken(" Canberrra"))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("isn't one token")
                .hasMessageContaining("' Can' (782)");
        assertThatThrownBy(() -> tokenizer.singleToken("fifteen"))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("' fifteen' is one");
        assertThatThrownBy(() -> tokenizer.singleToken("France "))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("'France' is one");
        assertThatThrownBy(() -> tokenizer.singleToken("")).isInstanceOf(InvalidInput.class);
    }

    @Test
    void aMillionCharactersAreRefusedAtOnce() {
        String novel = "The capital of France is ".repeat(40_000);
        long start = System.nanoTime();
        assertThatThrownBy(() -> tokenizer.encode(novel, BosPolicy.DEFAULT))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("1000000 characters")
                .hasMessageContaining("128 tokens");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void oddTextsAreTokenisedOrRefusedButNeverCrash() {
        assertThat(tokenizer.encode("", BosPolicy.DEFAULT).ids()).containsExactly(0);
        assertThat(tokenizer.encode("", BosPolicy.NEVER).ids()).isEmpty();
        assertThat(tokenizer.encode("a\u0000b", BosPolicy.NEVER).tokens()).isNotEmpty();
        assertThat(tokenizer.encode("\uD83D\uDE42\uD83D\uDE42", BosPolicy.NEVER).tokens())
                .isNotEmpty();
        for (String broken : List.of("\uD83D", "a\uDE42", "\uD83Dx")) {
            assertThatThrownBy(() -> tokenizer.encode(broken, BosPolicy.NEVER))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("surrogate");
        }
    }

    @Test
    void idsOutOfRangeAreRefused() {
        for (int id : new int[] {-1, 1897, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> tokenizer.ofIds(new int[] {5, id}, BosPolicy.DEFAULT))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("Token id " + id)
                    .hasMessageContaining("0 to 1896");
        }
    }

    @Test
    void aFolderWithoutTokenizerKnowsIdsOnly() {
        Tokenizer ids = ModelFolder.open(Fixtures.tiny("llama")).tokenizer();
        assertThat(ids.knowsText()).isFalse();
        assertThat(ids.ofIds(new int[] {7}, BosPolicy.DEFAULT).tokens()).containsExactly(new Token(7, "#7", -1, -1));
        assertThatThrownBy(() -> ids.encode("The", BosPolicy.DEFAULT))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("tokenizer.json");
        assertThatThrownBy(() -> ids.singleToken(" Paris")).isInstanceOf(InvalidInput.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{}",
                "{\"version\":\"1.0\"}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[[\"a\",\"zz\"]]}}",
                "{\"model\":{\"type\":\"Nothing\",\"vocab\":{}}}",
                "{\"version\":\"1.0\",\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":99999999},\"merges\":[]}}"
            })
    void aBrokenTokenizerIsRefused(String content, @TempDir Path temp) throws Exception {
        Path folder = Fixtures.copy(Fixtures.demo(), temp.resolve("x"));
        Files.writeString(folder.resolve("tokenizer.json"), content);
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("tokenizer.json");
    }

    @Test
    void anExplicitSettingDecidesWhetherBosIsTheDefault(@TempDir Path temp) throws Exception {
        Path folder = Fixtures.copy(Fixtures.demo(), temp.resolve("x"));
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"add_bos_token\":false,\"bos_token\":{\"content\":\"<|endoftext|>\"}}");
        Tokenizer without = ModelFolder.open(folder).tokenizer();
        assertThat(without.bos()).isEqualTo(new BosRule(0, false));
        assertThat(without.encode("The", BosPolicy.DEFAULT).ids()).containsExactly(388);
        assertThat(without.encode("The", BosPolicy.ALWAYS).ids()).containsExactly(0, 388);
    }
}
