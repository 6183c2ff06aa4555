package dev.unembed.engine.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.unembed.engine.Fixtures;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.RandomTransformer;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.ComponentId;
import dev.unembed.engine.transformer.ForwardPass;
import dev.unembed.engine.transformer.Hooks;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Transformer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.assertj.core.util.DoubleComparator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Of every family, with random weights. */
class DirectLogitAttributionTest {
    static final List<String> TINY = Fixtures.TINY;

    private static final int[] FIRST = {5, 9, 200, 17, 3, 44};
    private static final int[] SECOND = {8, 8, 8, 1, 2, 3};
    private static final int[] SHORTER = {77, 12, 9};
    private static final List<Question> QUESTIONS = List.of(
            new Question(FIRST, 7, 100),
            new Question(SECOND, 7, 256),
            new Question(SHORTER, 0, 31),
            new Question(FIRST, 42, Question.NO_FOIL));

    @ParameterizedTest
    @FieldSource("TINY")
    void theVotesSumToTheModelsLogits(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            assertCloses(model.transformer(), QUESTIONS);
        }
    }

    @TestFactory
    Stream<DynamicTest> theVotesSumToTheModelsLogitsInEveryReferenceOutsideTheProject() {
        assumeFalse(
                Fixtures.oracle().isEmpty(),
                "The oracle's models aren't at hand: set UNEMBED_SHARED to the folder above oracle");
        return Fixtures.oracle().stream()
                .map(folder -> DynamicTest.dynamicTest(
                        folder.getFileName().toString(), () -> assertClosesOnReference(folder)));
    }

    private static void assertClosesOnReference(Path folder) {
        SafetensorsFile reference = SafetensorsFile.open(folder.resolve("reference.safetensors"));
        int[] flat = reference.ints("input_ids");
        int prompts = reference.tensor("input_ids").shape().getFirst().intValue();
        int positions = flat.length / prompts;
        double[] logits = reference.doubles("logits"); // [batch pos d_vocab]
        int vocabulary = logits.length / flat.length;
        try (LanguageModel model = Fixtures.load(folder)) {
            for (int p = 0; p < prompts; p++) {
                int[] ids = Arrays.copyOfRange(flat, p * positions, (p + 1) * positions);
                int end = ((p + 1) * positions - 1) * vocabulary;
                for (int pair = 0; pair < 8; pair++) {
                    int answer = 31 * pair % vocabulary;
                    int foil = (97 * pair + 1) % vocabulary;
                    Ledger ledger = attribute(model.transformer(), List.of(new Question(ids, answer, foil)))
                            .ledgers()
                            .getFirst();
                    assertThat(ledger.sum())
                            .as("%s, %d against %d", folder.getFileName(), answer, foil)
                            .isCloseTo(logits[end + answer] - logits[end + foil], within(1e-4));
                }
            }
        }
    }

    private static void assertCloses(Transformer transformer, List<Question> questions) {
        List<Ledger> ledgers = attribute(transformer, questions).ledgers();
        for (int i = 0; i < questions.size(); i++) {
            Question question = questions.get(i);
            ForwardPass pass = transformer.forward(new int[][] {question.ids()}, Hooks.none());
            int end = question.ids().length - 1;
            double answer = pass.logit(0, end, question.answer());
            double foil = question.hasFoil() ? pass.logit(0, end, question.foil()) : 0;
            Ledger ledger = ledgers.get(i);
            assertThat(ledger.logitDifference()).as("the model's own").isCloseTo(answer - foil, within(1e-4));
            assertThat(ledger.sum()).as("sum of votes").isCloseTo(answer - foil, within(1e-4));
            assertThat(ledger.closes(1e-3)).isTrue();
            double sum = 0;
            double highest = Double.NEGATIVE_INFINITY;
            for (int token = 0; token < pass.dVocab(); token++) {
                sum += Math.exp(pass.logit(0, end, token));
                highest = Math.max(highest, pass.logit(0, end, token));
            }
            assertThat(ledger.answerLogProb()).isCloseTo(answer - Math.log(sum), within(1e-4));
            if (question.hasFoil()) {
                assertThat(ledger.foilLogProb()).isCloseTo(foil - Math.log(sum), within(1e-4));
                assertThat(ledger.answerWins()).isEqualTo(answer > foil);
            } else {
                assertThat(ledger.foilLogProb()).isNaN();
                assertThat(ledger.answerWins()).isEqualTo(answer == highest);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void headsAreTheSumOfTheirSourcesAndMlpsOfTheirNeurons(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            assertPartsSumUp(model.transformer(), attribute(model.transformer(), QUESTIONS.subList(0, 2)));
        }
    }

    private static void assertPartsSumUp(Transformer transformer, Attribution attribution) {
        DrillDown drillDown = Objects.requireNonNull(attribution.drillDown());
        double[][][] sources = Objects.requireNonNull(drillDown.sources());
        for (int l = 0; l < transformer.blueprint().layers(); l++) {
            for (int h = 0; h < transformer.blueprint().attention().nHeads(); h++) {
                assertThat(sources[l][h]).hasSize(FIRST.length);
                assertThat(Arrays.stream(sources[l][h]).sum())
                        .as("L%dH%d", l, h)
                        .isCloseTo(mean(attribution, new ComponentId.Head(l, h)), within(1e-5));
            }
            assertThat(drillDown.neurons()[l])
                    .hasSize(transformer.blueprint().mlp().dMlp());
            assertThat(Arrays.stream(drillDown.neurons()[l]).sum() + drillDown.mlpBiases()[l])
                    .as("MLP%d", l)
                    .isCloseTo(mean(attribution, new ComponentId.Mlp(l)), within(1e-5));
        }
    }

    /** All that a blueprint can say and no family's fixture combines. */
    static Stream<Blueprint> blueprints() {
        Stream.Builder<Blueprint> all = Stream.builder();
        for (Blueprint.Norm norm : List.of(new Blueprint.Norm.LayerNorm(1e-5), new Blueprint.Norm.RmsNorm(1e-6))) {
            for (Blueprint.NormPlacement placement : Blueprint.NormPlacement.values()) {
                for (Blueprint.Flow flow : Blueprint.Flow.values()) {
                    for (int kvHeads : new int[] {1, 2, 4}) {
                        boolean plain = kvHeads == 4;
                        all.add(new Blueprint(
                                2,
                                24,
                                50,
                                16,
                                new Blueprint.Embedding(plain ? 1 : 3, kvHeads == 2),
                                plain
                                        ? new Blueprint.Positions.Learned(2)
                                        : new Blueprint.Positions.Alibi(1, Blueprint.Rounding.FP32),
                                norm,
                                placement,
                                new Blueprint.AttentionShape(4, kvHeads, 6, 0.4)
                                        .withScoreCap(plain ? null : 5.0)
                                        .withSpans(
                                                List.of(new Blueprint.Span.Everything(), new Blueprint.Span.Window(3))),
                                plain
                                        ? new Blueprint.Mlp.Plain(40, Blueprint.Activation.GELU)
                                        : new Blueprint.Mlp.Gated(40, Blueprint.Activation.SILU),
                                flow,
                                kvHeads == 1 ? 3.0 : null));
                    }
                }
            }
        }
        return all.build();
    }

    @ParameterizedTest
    @MethodSource("blueprints")
    void theVotesAndTheirPartsSumUpWhateverAModelIsMadeOf(Blueprint blueprint) {
        for (boolean biased : new boolean[] {true, false}) {
            try (RandomTransformer model = new RandomTransformer(blueprint, biased, 7)) {
                List<Question> questions = List.of(
                        new Question(new int[] {5, 9, 20, 17, 3, 44}, 7, 30),
                        new Question(new int[] {1, 2, 3, 4, 5, 6}, 49, 0));
                assertCloses(model.transformer(), questions);
                assertPartsSumUp(model.transformer(), attribute(model.transformer(), questions));
            }
        }
    }

    @Test
    void batchesOfAnySizeGiveTheSame() {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny("gemma2"))) {
            List<Question> questions = QUESTIONS.subList(0, 2);
            Attribution together = attribute(model.transformer(), questions);
            Attribution apart = new DirectLogitAttribution(model.transformer(), 1).of(questions, true, new Meter(1));
            assertThat(apart)
                    .usingRecursiveComparison()
                    .withComparatorForType(new DoubleComparator(1e-5), Double.class)
                    .isEqualTo(together);
        }
    }

    @Test
    void sourcesAreLeftOutWherePromptsDifferInLength() {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny("gpt2"))) {
            DrillDown drillDown = Objects.requireNonNull(
                    attribute(model.transformer(), QUESTIONS).drillDown());
            assertThat(drillDown.sources()).isNull();
            assertThat(drillDown.neurons()).hasNumberOfRows(3);
        }
    }

    /** votes(a - b) + votes(b - c) = votes(a - c), line by line; and votes(a - b) = votes(a) - votes(b). */
    @ParameterizedTest
    @FieldSource("TINY")
    void everyLineIsLinearInTheTokens(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            List<Ledger> ledgers = attribute(
                            model.transformer(),
                            List.of(
                                    new Question(FIRST, 7, 100),
                                    new Question(FIRST, 100, 31),
                                    new Question(FIRST, 7, 31),
                                    new Question(FIRST, 7, Question.NO_FOIL),
                                    new Question(FIRST, 31, Question.NO_FOIL),
                                    new Question(FIRST, 31, 7)))
                    .ledgers();
            for (int line = 0; line < ledgers.getFirst().votes().length; line++) {
                double direct = ledgers.get(2).votes()[line];
                assertThat(ledgers.get(0).votes()[line] + ledgers.get(1).votes()[line])
                        .isCloseTo(direct, within(1e-5));
                assertThat(ledgers.get(3).votes()[line] - ledgers.get(4).votes()[line])
                        .isCloseTo(direct, within(1e-5));
                assertThat(ledgers.get(5).votes()[line]).isCloseTo(-direct, within(1e-5));
            }
        }
    }

    /** Whatever else is in the batch, and whether or not votes are taken apart. */
    @ParameterizedTest
    @FieldSource("TINY")
    void aPromptsVotesAreItsOwn(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            DirectLogitAttribution attribution = new DirectLogitAttribution(model.transformer());
            List<Ledger> together =
                    attribution.of(QUESTIONS, true, new Meter(1)).ledgers();
            for (int i = 0; i < QUESTIONS.size(); i++) {
                Attribution alone = attribution.of(List.of(QUESTIONS.get(i)), false, new Meter(1));
                assertThat(alone.drillDown()).isNull();
                assertThat(alone.ledgers().getFirst().votes())
                        .usingComparatorWithPrecision(1e-5)
                        .containsExactly(together.get(i).votes());
            }
        }
    }

    @Test
    void linesAreThePartsAModelHas() {
        try (LanguageModel gpt2 = Fixtures.load(Fixtures.tiny("gpt2"));
                LanguageModel llama = Fixtures.load(Fixtures.tiny("llama"));
                LanguageModel gemma2 = Fixtures.load(Fixtures.tiny("gemma2"));
                LanguageModel phi = Fixtures.load(Fixtures.tiny("phi"))) {
            assertThat(lines(gpt2))
                    .startsWith("embed", "pos_embed", "L0H0")
                    .containsSubsequence("L0H3", "attn_bias0", "MLP0", "L1H0")
                    .endsWith("MLP2", "ln_final_bias");
            assertThat(lines(llama))
                    .startsWith("embed", "L0H0")
                    .endsWith("MLP2")
                    .noneMatch(l -> l.contains("bias"));
            assertThat(lines(gemma2)).endsWith("MLP2", "softcap").doesNotContain("ln_final_bias", "attn_bias0");
            assertThat(lines(phi)).endsWith("ln_final_bias", "b_U").doesNotContain("pos_embed");
        }
    }

    private static List<String> lines(LanguageModel model) {
        return new ResidualDecomposition(model.transformer())
                .lines().stream().map(ComponentId::text).toList();
    }

    @Test
    void tokensTheModelDoesNotHaveAreRefused() {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny("gpt2"))) {
            assertThatThrownBy(() -> attribute(model.transformer(), List.of(new Question(FIRST, 257, 1))))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("257")
                    .hasMessageContaining("0 to 256");
            assertThatThrownBy(() -> attribute(model.transformer(), List.of(new Question(FIRST, 1, -2))))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("-2");
        }
    }

    @Test
    void aStoppedMeterEndsIt() {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny("gpt2"))) {
            DirectLogitAttribution attribution = new DirectLogitAttribution(model.transformer());
            Meter meter = new Meter(attribution.units(QUESTIONS));
            attribution.of(QUESTIONS, true, meter);
            assertThat(meter.done()).isEqualTo(meter.total());
            meter.stop();
            assertThatThrownBy(() -> attribution.of(QUESTIONS, true, meter)).isInstanceOf(CancellationException.class);
        }
    }

    private static Attribution attribute(Transformer transformer, List<Question> questions) {
        return new DirectLogitAttribution(transformer).of(questions, true, new Meter(1));
    }

    private static double mean(Attribution attribution, ComponentId line) {
        int place = attribution.decomposition().place(line);
        return attribution.ledgers().stream()
                .mapToDouble(l -> l.votes()[place])
                .average()
                .orElseThrow();
    }
}
