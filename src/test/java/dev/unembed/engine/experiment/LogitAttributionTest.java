package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.experiment.LogitAttribution.Metric;
import dev.unembed.engine.experiment.LogitAttribution.Params;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.engine.result.ComponentScores;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.transformer.ComponentId;
import dev.unembed.engine.transformer.LanguageModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LogitAttributionTest {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    private static final ModelFolder DEMO = ModelFolder.open(Fixtures.demo());
    private static final double PARITY = 5e-3;
    private static final PromptExample FRANCE = PromptExample.of("The capital of France is", " Paris", " Rome");
    private static final PromptExample SUM = PromptExample.of("seven plus eight equals", " fifteen", " sixteen");

    private final LogitAttribution attribution = new LogitAttribution();

    @Test
    void demoEqualsItsReference() throws Exception {
        assertEqualsReference(Fixtures.demo(), Fixtures.demoReference());
    }

    @Test
    void aRealModelEqualsItsReference() throws Exception {
        Optional<Path> model = Fixtures.shared("smollm2-135m-instruct");
        Assumptions.assumeTrue(
                model.isPresent(), "SmolLM2 isn't at hand: set UNEMBED_SHARED to the folder above models");
        assertEqualsReference(model.get(), model.get().resolve("reference.json"));
    }

    private void assertEqualsReference(Path folder, Path reference) throws Exception {
        try (LanguageModel model = Fixtures.load(folder)) {
            for (JsonNode expected : JSON.readTree(reference.toFile()).get("sets")) {
                List<PromptExample> examples = new ArrayList<>();
                expected.get("examples")
                        .forEach(e -> examples.add(PromptExample.of(
                                e.get("clean").asText(),
                                e.get("answer").asText(),
                                e.get("foil").asText())));
                ComponentScores scores = attribution.run(Params.ofExamples(examples), new RecordingContext(model));
                assertEqualsReference(expected, scores);
            }
        }
    }

    private static void assertEqualsReference(JsonNode expected, ComponentScores scores) {
        String name = expected.get("name").asText();
        List<ComponentScores.Example> examples = scores.header().examples();
        assertThat(examples).hasSameSizeAs(expected.get("ids"));
        double sum = 0;
        for (int e = 0; e < examples.size(); e++) {
            assertThat(examples.get(e).tokens())
                    .hasSameSizeAs(expected.get("ids").get(e));
            assertThat(examples.get(e).logitDiff())
                    .as("%s, example %d", name, e + 1)
                    .isCloseTo(expected.get("logitDiff").get(e).asDouble(), within(PARITY));
            assertThat(Math.abs(examples.get(e).residual())).isLessThan(1e-4);
            sum += examples.get(e).logitDiff();
        }
        assertThat(sum / examples.size()).isCloseTo(expected.get("mean").asDouble(), within(PARITY));
        assertThat(scores.header().components())
                .extracting(ComponentId::text)
                .containsExactlyInAnyOrderElementsOf(
                        () -> expected.get("attributionMean").fieldNames());
        for (int c = 0; c < scores.header().components().size(); c++) {
            String component = scores.header().components().get(c).text();
            assertThat(scores.spread(c).mean())
                    .as("%s, %s", name, component)
                    .isCloseTo(expected.get("attributionMean").get(component).asDouble(), within(PARITY));
            assertThat((double) scores.vote(c, 0))
                    .as("%s, %s, first example", name, component)
                    .isCloseTo(expected.get("attributionFirst").get(component).asDouble(), within(PARITY));
        }
    }

    @Test
    void aSetsAttributionIsTheMeanOfItsMembers() {
        try (LanguageModel model = DEMO.load()) {
            ComponentScores set =
                    attribution.run(Params.ofExamples(List.of(FRANCE, SUM, FRANCE)), new RecordingContext(model));
            ComponentScores france = attribution.run(Params.ofExamples(List.of(FRANCE)), new RecordingContext(model));
            ComponentScores sum = attribution.run(Params.ofExamples(List.of(SUM)), new RecordingContext(model));
            for (int c = 0; c < set.header().components().size(); c++) {
                double mean = (2.0 * france.vote(c, 0) + sum.vote(c, 0)) / 3;
                assertThat(set.spread(c).mean()).isCloseTo(mean, within(1e-5));
                assertThat(set.vote(c, 0)).isCloseTo(france.vote(c, 0), within(1e-5f));
                assertThat(set.vote(c, 1)).isCloseTo(sum.vote(c, 0), within(1e-5f));
                assertThat(set.vote(c, 2)).isEqualTo(set.vote(c, 0));
            }
            assertThat(set.header().examples().get(1).prompt()).isEqualTo(SUM.prompt());
        }
    }

    @Test
    void partsSumToTheLinesTheyBelongTo() {
        try (LanguageModel model = DEMO.load()) {
            ComponentScores scores = attribution.run(Params.ofExamples(List.of(FRANCE)), new RecordingContext(model));
            int positions = scores.header().sourceTokens().size();
            assertThat(scores.header().sourceTokens())
                    .startsWith("<|endoftext|>", "The")
                    .endsWith(" France", " is");
            for (int c = 0; c < scores.header().components().size(); c++) {
                double parts = switch (scores.header().components().get(c)) {
                    case ComponentId.Head(int l, int h) -> {
                        int row = l * scores.header().heads() + h;
                        yield sum(scores.values().sources(), row * positions, positions);
                    }
                    case ComponentId.Mlp(int l) ->
                        sum(scores.values().neuronVotes(), l * 20, 20)
                                + scores.values().neuronRest()[l]
                                + scores.values().mlpBias()[l];
                    default -> scores.vote(c, 0);
                };
                assertThat(parts)
                        .as(scores.header().components().get(c).text())
                        .isCloseTo(scores.vote(c, 0), within(1e-4));
            }
        }
    }

    private static double sum(float[] values, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += values[i];
        }
        return sum;
    }

    @Test
    void withoutFoilsTheAnswersLogitIsSplit() {
        try (LanguageModel model = DEMO.load()) {
            PromptExample noFoil = PromptExample.of("The capital of France is", " Paris", null);
            ComponentScores mixed =
                    attribution.run(Params.ofExamples(List.of(FRANCE, noFoil)), new RecordingContext(model));
            assertThat(mixed.header().metric()).isEqualTo("logit");
            ComponentScores.Example first = mixed.header().examples().getFirst();
            assertThat(first.foil()).isNull();
            assertThat(first.foilId()).isNull();
            assertThat(first.foilLogProb()).isNull();
            assertThat(first.correct()).isTrue();
            assertThat(first.logitDiff())
                    .isEqualTo(mixed.header().examples().get(1).logitDiff());
            ComponentScores plain = attribution.run(
                    Params.of(List.of(FRANCE), null, null, Metric.LOGIT, false), new RecordingContext(model));
            assertThat(plain.header().examples().getFirst().logitDiff()).isCloseTo(first.logitDiff(), within(1e-4));
            assertThat(plain.hasSources()).isFalse();
            assertThat(plain.hasNeurons()).isFalse();
            assertThat(Math.exp(first.answerLogProb())).isCloseTo(0.998, within(2e-3));
        }
    }

    @Test
    void aRunThatDoesNotCloseFailsWithTheFigures(@TempDir Path temp) {
        Path folder = Fixtures.copy(Fixtures.demo(), temp.resolve("x"));
        Fixtures.poison(folder, "transformer.ln_f.weight");
        try (LanguageModel model = Fixtures.load(folder)) {
            assertThatThrownBy(() -> attribution.run(Params.ofExamples(List.of(FRANCE)), new RecordingContext(model)))
                    .isInstanceOf(SelfCheckFailed.class)
                    .hasMessageContaining("Example 1")
                    .hasMessageContaining("NaN");
        }
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("{}", "There are no examples"),
                Arguments.of("{\"examples\":[]}", "There are no examples"),
                Arguments.of(example("\"prompt\":\"The\",\"answer\":\" Canberrra\""), "Example 1"),
                Arguments.of(example("\"prompt\":\"\",\"answer\":\" is\"", "\"bos\":\"never\""), "empty"),
                Arguments.of(
                        example("\"prompt\":\"The\",\"answer\":\" is\"", "\"metric\":\"logit-diff\""),
                        "Example 1: foil is missing"),
                Arguments.of(example("\"prompt\":\"The\",\"answer\":\" is\",\"foil\":\" is\""), "are the same token"),
                Arguments.of(
                        example("\"prompt\":\"" + "is ".repeat(200) + "\",\"answer\":\" is\""), "reads at most 128"));
    }

    private static String example(String fields, String... more) {
        return "{\"examples\":[{" + fields + "}]"
                + String.join("", Stream.of(more).map(m -> "," + m).toList()) + "}";
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatTheUserCanFixIsRefusedBeforeAnythingIsComputed(String params, String reason) throws Exception {
        Params parsed = JSON.readValue(params, Params.class);
        assertThatThrownBy(() -> attribution.validate(parsed, DEMO))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining(reason);
    }

    @Test
    void parametersAreCompleteAndSurviveJson() throws Exception {
        Params params = Params.ofExamples(List.of(FRANCE));
        assertThat(params.metric()).isEqualTo(Metric.LOGIT_DIFF);
        assertThat(params.detail()).isTrue();
        assertThat(params.bos()).isEqualTo(BosPolicy.DEFAULT);
        assertThatCode(() -> attribution.validate(params, DEMO)).doesNotThrowAnyException();
        Params full = Params.of(List.of(FRANCE), new PromptSetRef(7, 2), BosPolicy.NEVER, Metric.LOGIT, false);
        assertThat(JSON.readValue(JSON.writeValueAsString(full), Params.class)).isEqualTo(full);
        assertThatThrownBy(() -> JSON.readValue("{\"metric\":\"probability\"}", Params.class))
                .hasMessageContaining("expected logit-diff or logit");
    }

    @Test
    void aLongRunReportsOftenAndEndsWhereItIsTold() {
        try (LanguageModel model = DEMO.load()) {
            Params longRun = Params.ofExamples(Collections.nCopies(500, FRANCE));
            RecordingContext context = new RecordingContext(model);
            attribution.run(longRun, context);
            assertThat(context.done).isSorted();
            assertThat(context.done.getLast()).isEqualTo(context.total);
            assertThatThrownBy(() -> attribution.run(longRun, new RecordingContext(model, 0)))
                    .isInstanceOf(RunStopped.class);
            assertThatThrownBy(() -> attribution.run(longRun, new RecordingContext(model, 1)))
                    .isInstanceOf(RunStopped.class);
            // and nothing is left behind that would hinder the next
            assertThat(attribution.run(longRun, context).header().examples()).hasSize(500);
        }
    }
}
