package dev.unembed.engine.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unembed.engine.Fixtures;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.prompt.PromptExample.Span;
import dev.unembed.engine.prompt.PromptRecipe.Made;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every generator, with the bundled model's tokenizer and, where it is there, a real one. */
class PromptGeneratorTest {
    private static final int CTX = 128;

    record Case(String model, Tokenizer tokenizer, String generator) {
        @Override
        public String toString() {
            return generator + " for " + model;
        }
    }

    private static final Tokenizer DEMO = ModelFolder.open(Fixtures.demo()).tokenizer();

    static List<Case> cases() {
        Map<String, Tokenizer> tokenizers = new HashMap<>(Map.of("demo", DEMO));
        Fixtures.shared("smollm2-135m-instruct")
                .ifPresent(folder ->
                        tokenizers.put("smollm2", ModelFolder.open(folder).tokenizer()));
        List<Case> cases = new ArrayList<>();
        tokenizers.forEach((model, tokenizer) -> PromptGenerator.all().forEach(generator -> {
            // the small world has no words for what lasts, nor for most facts
            boolean foreign = model.equals("demo") && Set.of("greater-than").contains(generator.name());
            if (!foreign) {
                cases.add(new Case(model, tokenizer, generator.name()));
            }
        }));
        return cases;
    }

    private static Made make(Case of, int count, long seed) {
        return PromptRecipe.of(of.generator(), count, seed).make(of.tokenizer());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSameRecipeMakesTheSameExamples(Case of) {
        Made made = make(of, 12, 3);
        assertThat(made.examples()).hasSize(12);
        assertThat(make(of, 12, 3)).isEqualTo(made);
        assertThat(made.recipe().make(of.tokenizer())).isEqualTo(made);
        assertThat(make(of, 12, 4).examples()).isNotEqualTo(made.examples());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyExampleIsReadyForAnAnalysis(Case of) {
        List<PromptExample> examples = make(of, 16, 7).examples();
        ResolvedExample.all(
                examples,
                of.tokenizer(),
                BosPolicy.DEFAULT,
                CTX,
                ResolvedExample.Needs.FOIL,
                ResolvedExample.Needs.CORRUPTED);
        assertThat(Preflight.of(examples, of.tokenizer(), BosPolicy.DEFAULT, CTX))
                .allSatisfy(check -> assertThat(check.findings()).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void unseenExamplesAreReallyUnseen(Case of) {
        Made made = make(of, 12, 1);
        Made unseen = made.recipe().unseen(8, 1, made.examples(), of.tokenizer());
        Set<String> seen = new HashSet<>();
        made.examples().forEach(example -> {
            seen.add(example.prompt());
            seen.addAll(example.counterparts());
        });
        assertThat(unseen.examples())
                .hasSize(8)
                .allSatisfy(example -> assertThat(seen).doesNotContain(example.prompt()));
        assertThat(made.recipe().unseen(8, 1, made.examples(), of.tokenizer())).isEqualTo(unseen);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void namedPositionsAreWhereTheirNamesSay(Case of) {
        for (PromptExample example : make(of, 10, 5).examples()) {
            assertThat(example.positions()).isNotEmpty();
            example.positions()
                    .values()
                    .forEach(span -> assertThat(example.prompt().substring(span.start(), span.end()))
                            .isNotBlank()
                            .doesNotContain(" "));
        }
    }

    @Test
    void theIndirectObjectIsAskedForAsInTheLiterature() {
        PromptRecipe recipe = PromptRecipe.of("ioi", 40, 0).withTemplates("ioi/1", "ioi/2");
        List<PromptExample> examples = recipe.make(DEMO).examples();
        assertThat(examples)
                .extracting(PromptExample::template)
                .containsOnly("ioi/1/ABBA", "ioi/1/BABA", "ioi/2/ABBA", "ioi/2/BABA");
        for (PromptExample example : examples) {
            String io = example.answer().strip();
            String subject = String.valueOf(example.foil()).strip();
            assertThat(at(example, "IO")).isEqualTo(io);
            assertThat(at(example, "S1")).isEqualTo(subject);
            assertThat(at(example, "S2")).isEqualTo(subject);
            assertThat(span(example, "IO").start() < span(example, "S1").start())
                    .isEqualTo(String.valueOf(example.template()).endsWith("ABBA"));
            Span s2 = span(example, "S2");
            assertThat(example.corrupted())
                    .isEqualTo(example.prompt().substring(0, s2.start())
                            + io
                            + example.prompt().substring(s2.end()));
            assertThat(example.counterparts())
                    .hasSize(PromptRecipe.DEFAULT_COUNTERPARTS)
                    .allSatisfy(other -> assertThat(other).doesNotContain(io).doesNotContain(subject));
        }
        ResolvedExample first =
                ResolvedExample.all(examples, DEMO, BosPolicy.DEFAULT, CTX).getFirst();
        assertThat(first.positions().get("S1+1"))
                .isEqualTo(Objects.requireNonNull(first.positions().get("S1")) + 1);
        assertThat(examples.stream().filter(e -> String.valueOf(e.template()).endsWith("ABBA")))
                .hasSize(20);
    }

    private static Span span(PromptExample example, String name) {
        return Objects.requireNonNull(example.positions().get(name), name);
    }

    private static String at(PromptExample example, String name) {
        Span span = span(example, name);
        return example.prompt().substring(span.start(), span.end());
    }

    @Test
    void thereAreAtLeastTwelveSentencesForTheIndirectObject() {
        assertThat(PromptGenerator.of("ioi").templates()).hasSizeGreaterThanOrEqualTo(12);
        assertThat(PromptGenerator.of("ioi").templatesFor(new Vocabulary(DEMO)))
                .as("in the small world's own words")
                .hasSizeBetween(5, 14);
    }

    @Test
    void heldOutPromptsHaveOtherTemplatesAndNames() {
        PromptRecipe recipe = PromptRecipe.of("ioi", 6, 0).withTemplates("ioi/1");
        List<PromptExample> seen = recipe.make(DEMO).examples();
        List<PromptExample> unseen = recipe.unseen(10, 2, seen, DEMO).examples();
        Set<String> names = new HashSet<>();
        seen.forEach(example -> names.addAll(List.of(example.answer(), String.valueOf(example.foil()))));
        assertThat(unseen).allSatisfy(example -> {
            assertThat(example.template()).doesNotStartWith("ioi/1/");
            assertThat(names).doesNotContain(example.answer(), String.valueOf(example.foil()));
        });
    }

    @Test
    void theSmallWorldsSumsAreInWords() {
        assertThat(PromptRecipe.of("arithmetic", 30, 0).make(DEMO).examples())
                .allSatisfy(example -> assertThat(example.answer()).matches(" [a-z]+"));
    }

    @Test
    void aVocabularyWithTooFewWordsIsRefusedWithTheNumbers() {
        Tokenizer tiny = ModelFolder.open(Fixtures.tiny("gpt2")).tokenizer();
        if (tiny.knowsText()) {
            assertThatThrownBy(() -> PromptRecipe.of("ioi", 4, 0).make(tiny))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageMatching("(?s).*needs 6 first names.*has \\d+ of the \\d+ known.*");
        }
        assertThatThrownBy(() -> PromptRecipe.of("capitals", 500, 0).make(DEMO))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("500 examples were asked for")
                .hasMessageContaining("capitals/1: ");
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnes() {
        assertThatThrownBy(() -> PromptRecipe.of("riddles", 4, 0).make(DEMO))
                .hasMessageContaining("riddles")
                .hasMessageContaining("greater-than");
        assertThatThrownBy(() ->
                        PromptRecipe.of("ioi", 4, 0).withTemplates("ioi/99").make(DEMO))
                .hasMessageContaining("ioi/99")
                .hasMessageContaining("ioi/1");
        assertThatThrownBy(() -> new PromptRecipe("ioi", 99, 4, 0, List.of(), 0).make(DEMO))
                .hasMessageContaining("version 99");
        assertThatThrownBy(() -> PromptRecipe.of("ioi", 0, 0).make(DEMO)).hasMessageContaining("1 to 2000");
    }
}
