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
import dev.unembed.engine.experiment.LensReading.Params;
import dev.unembed.engine.result.LensGrid;
import dev.unembed.engine.tensor.Precision;
import dev.unembed.engine.text.BosPolicy;
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

class LensReadingTest {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    private static final ModelFolder DEMO = ModelFolder.open(Fixtures.demo());

    private final LensReading lens = new LensReading();

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
            for (JsonNode expected : JSON.readTree(reference.toFile()).get("lens")) {
                List<Object> track = new ArrayList<>();
                expected.get("tracked").forEach(t -> track.add(t.get("text").asText()));
                Params params = Params.of(expected.get("prompt").asText(), null, null, 10, track, false, "logit", null);
                LensGrid grid = lens.run(params, new RecordingContext(model));
                assertEqualsReference(expected, grid);
            }
        }
    }

    private static void assertEqualsReference(JsonNode expected, LensGrid grid) {
        LensGrid.Values v = grid.values();
        int cells = grid.rows() * grid.positions();
        assertThat(expected.get("topIds")).hasSize(grid.rows());
        assertThat(grid.header().bosPrepended()).isEqualTo(expected.get("bos").asBoolean());
        for (int p = 0; p < grid.positions(); p++) {
            assertThat(grid.header().tokens().get(p).id())
                    .isEqualTo(expected.get("ids").get(p).asInt());
        }
        for (int r = 0; r < grid.rows(); r++) {
            for (int p = 0; p < grid.positions(); p++) {
                int cell = grid.cell(r, p);
                String where = expected.get("prompt") + " layer " + r + " position " + p;
                assertThat((double) v.entropy()[cell])
                        .as("entropy, " + where)
                        .isCloseTo(number(expected, "entropy", r, p), within(2e-4));
                assertThat((double) v.klToFinal()[cell])
                        .as("KL, " + where)
                        .isCloseTo(number(expected, "klToFinal", r, p), within(2e-3));
                JsonNode ids = expected.get("topIds").get(r).get(p);
                JsonNode logProbs = expected.get("topLogProbs").get(r).get(p);
                for (int k = 0; k < 10; k++) {
                    double logProb = logProbs.get(k).asDouble();
                    assertThat((double) grid.topLogProb(r, p, k))
                            .as("top, " + where)
                            .isCloseTo(logProb, within(2e-4));
                    boolean nearTie = k > 0 && logProbs.get(k - 1).asDouble() - logProb < 2e-4
                            || k < 9 && logProb - logProbs.get(k + 1).asDouble() < 2e-4
                            || k == 9;
                    if (!nearTie) {
                        assertThat(grid.topId(r, p, k))
                                .as("top, " + where)
                                .isEqualTo(ids.get(k).asInt());
                    }
                }
                for (int m = 0; m < grid.header().tracked().size(); m++) {
                    JsonNode tracked = expected.get("tracked").get(m);
                    assertThat((double) v.trackedLogProb()[m * cells + cell])
                            .as("tracked, " + where)
                            .isCloseTo(number(tracked, "logProb", r, p), within(2e-4));
                    // the reference counts ranks from 0; among thousands of unlikely tokens some are tied to rounding
                    int rank = tracked.get("rank").get(r).get(p).asInt() + 1;
                    assertThat(v.trackedRank()[m * cells + cell])
                            .as("rank, " + where)
                            .isCloseTo(rank, within(rank < 100 ? 0 : 2 + rank / 1000));
                }
            }
        }
    }

    private static double number(JsonNode node, String field, int row, int position) {
        return node.get(field).get(row).get(position).asDouble();
    }

    @Test
    void saysWhereTheWinnerCrystallisesAndWhatWasOverwritten() {
        try (LanguageModel model = DEMO.load()) {
            LensGrid paris = lens.run(Params.ofPrompt("The capital of France is"), new RecordingContext(model));
            LensGrid.Position last = paris.header().summary().positions().getLast();
            assertThat(last.finalToken().text()).isEqualTo(" Paris");
            assertThat(last.crystallised()).isEqualTo(4);
            assertThat(last.firstTop1()).isEqualTo(4);
            assertThat(last.firstTop5()).isLessThanOrEqualTo(4);
            assertThat(last.firstTop10()).isLessThanOrEqualTo(last.firstTop5());

            LensGrid sydney = lens.run(Params.ofPrompt("The capital of Australia is"), new RecordingContext(model));
            last = sydney.header().summary().positions().getLast();
            assertThat(last.finalToken().text()).isEqualTo(" Sydney");
            assertThat(last.crystallised()).isEqualTo(6);
            assertThat(last.overwritten().getLast().text()).isEqualTo(" Canberra");
            assertThat(last.overwritten().getLast().from()).isEqualTo(5);
            assertThat(last.overwritten().getLast().to()).isEqualTo(5);
            assertThat(sydney.summary().get("crystallised").asInt()).isEqualTo(6);
        }
    }

    @Test
    void sublayersAddRowsAndLeaveTheOthersAsTheyAre() {
        try (LanguageModel model = DEMO.load()) {
            String prompt = "The capital of Australia is";
            LensGrid whole = lens.run(Params.ofPrompt(prompt), new RecordingContext(model));
            LensGrid halves =
                    lens.run(Params.of(prompt, null, null, null, null, true, null, null), new RecordingContext(model));
            assertThat(halves.rows()).isEqualTo(13);
            assertThat(halves.values().layers()).startsWith(0, 0.5f, 1).endsWith(5.5f, 6);
            assertThat(halves.header().hooks())
                    .contains("blocks.2.hook_resid_mid")
                    .endsWith("blocks.5.hook_resid_post");
            assertThat(halves.header().summary()).isEqualTo(whole.header().summary());
            for (int p = 0; p < whole.positions(); p++) {
                assertThat(halves.values().entropy()[halves.cell(4, p)])
                        .isCloseTo(whole.values().entropy()[whole.cell(2, p)], within(1e-5f));
            }
        }
    }

    @Test
    void readsIdsWhereThereIsNoTokenizer() {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny("llama3"))) {
            Params params = Params.of(null, List.of(5, 9, 200), BosPolicy.DEFAULT, 3, List.of(7), false, null, null);
            LensGrid grid = lens.run(params, new RecordingContext(model));
            assertThat(grid.header().tokens()).extracting(LensGrid.Token::text).containsExactly("#5", "#9", "#200");
            assertThat(grid.header().topK()).isEqualTo(3);
            assertThat(grid.values().topIds()).hasSize(4 * 3 * 3);
            assertThat(grid.values().trackedRank()).hasSize(4 * 3);
            assertThat(grid.header().selfCheck().maxAbsLogitDiff()).isLessThan(1e-4f);
            assertThat(grid.header().texts()).containsKeys(grid.topId(2, 1, 2), 7, 200);
        }
    }

    @Test
    void theTextsOfAllTokensThatOccurAreInTheHeader() {
        try (LanguageModel model = DEMO.load()) {
            LensGrid grid = lens.run(
                    Params.of("The capital of France is", null, null, 50, List.of(" Rome"), false, null, null),
                    new RecordingContext(model));
            for (int id : grid.values().topIds()) {
                assertThat(grid.header().texts())
                        .containsEntry(id, DEMO.tokenizer().text(id));
            }
            assertThat(grid.header().tracked()).extracting(LensGrid.Token::text).containsExactly(" Rome");
        }
    }

    @Test
    void aRunThatDoesNotEqualTheModelFailsWithTheFigure(@TempDir Path temp) {
        Path folder = Fixtures.copy(Fixtures.tiny("llama"), temp.resolve("x"));
        Fixtures.poison(folder, "model.norm.weight");
        try (LanguageModel model = Fixtures.load(folder)) {
            Params params = Params.of(null, List.of(5, 9), null, null, null, null, null, null);
            assertThatThrownBy(() -> lens.run(params, new RecordingContext(model)))
                    .isInstanceOf(SelfCheckFailed.class)
                    .hasMessageContaining("NaN");
        }
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("{}", "Neither prompt nor tokens"),
                Arguments.of("{\"prompt\":\"a\",\"tokens\":[1]}", "Both prompt and tokens"),
                Arguments.of("{\"tokens\":[]}", "empty"),
                Arguments.of("{\"prompt\":\"\",\"bos\":\"never\"}", "empty"),
                Arguments.of("{\"tokens\":[1,1897]}", "Token id 1897 is out of range"),
                Arguments.of("{\"tokens\":[-1]}", "Token id -1"),
                Arguments.of("{\"prompt\":\"" + "is ".repeat(200) + "\"}", "reads at most 128"),
                Arguments.of("{\"prompt\":\"" + "x".repeat(1_000_000) + "\"}", "1000000 characters"),
                Arguments.of("{\"prompt\":\"a\",\"track\":[\" Canberrra\"]}", "isn't one token"),
                Arguments.of("{\"prompt\":\"a\",\"track\":[99999]}", "Token id 99999"),
                Arguments.of("{\"prompt\":\"a\",\"track\":[{\"id\":3}]}", "track holds"),
                Arguments.of("{\"prompt\":\"a\",\"topK\":0}", "topK is 0"),
                Arguments.of("{\"prompt\":\"a\",\"topK\":101}", "topK is 101"),
                Arguments.of("{\"prompt\":\"a\",\"lens\":\"tuned\"}", "lens is 'tuned'; known are logit"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatTheUserCanFixIsRefusedBeforeAnythingIsComputed(String params, String reason) throws Exception {
        Params parsed = JSON.readValue(params, Params.class);
        assertThatThrownBy(() -> lens.validate(parsed, DEMO))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining(reason);
    }

    @Test
    void parametersAreCompleteAndSurviveJson() throws Exception {
        Params params = JSON.readValue("{\"prompt\":\"The\"}", Params.class);
        assertThat(params).isEqualTo(Params.ofPrompt("The"));
        assertThat(params.topK()).isEqualTo(10);
        assertThat(params.bos()).isEqualTo(BosPolicy.DEFAULT);
        assertThat(params.track()).isEmpty();
        assertThat(params.lens()).isEqualTo("logit");
        Params full = Params.of(null, List.of(1, 2), BosPolicy.NEVER, 5, List.of(" Paris", 7), true, "logit", null);
        assertThat(JSON.readValue(JSON.writeValueAsString(full), Params.class)).isEqualTo(full);
        assertThatCode(() -> lens.validate(full, DEMO)).doesNotThrowAnyException();
        assertThatThrownBy(() -> JSON.readValue("{\"prompt\":\"a\",\"bos\":\"maybe\"}", Params.class))
                .hasMessageContaining("expected default, always or never");
    }

    @Test
    void aLongRunReportsOftenAndEndsWhereItIsTold() {
        try (LanguageModel model = DEMO.load()) {
            Params longRun = Params.of(null, Collections.nCopies(128, 388), null, 10, null, true, null, null);
            RecordingContext context = new RecordingContext(model);
            lens.run(longRun, context);
            assertThat(context.done).isSorted();
            assertThat(context.done.getLast()).isEqualTo(context.total);
            assertThatThrownBy(() -> lens.run(longRun, new RecordingContext(model, 0)))
                    .isInstanceOf(RunStopped.class);
            assertThatThrownBy(() -> lens.run(longRun, new RecordingContext(model, 1)))
                    .isInstanceOf(RunStopped.class);
            // and nothing is left behind that would hinder the next
            assertThat(lens.run(longRun, new RecordingContext(model)).rows()).isEqualTo(13);
        }
    }

    /** The last row is the model's own logits in fp32 whatever the precision, so the winner and its log-prob are exact. */
    @Test
    void inBf16TheNumbersAreNearAndItSaysHowNear() {
        List<Object> track = List.of(" Canberra", " Sydney");
        String prompt = "The capital of Australia is";
        for (Path folder : models()) {
            List<Object> followed = folder.equals(Fixtures.demo()) ? track : List.of(17, 33);
            Params exactly = Params.of(prompt, null, null, 10, followed, true, null, null);
            Params nearly = Params.of(prompt, null, null, 10, followed, true, null, Precision.BF16);
            if (!folder.equals(Fixtures.demo())) {
                exactly = Params.of(null, List.of(5, 9, 200, 31), null, 10, followed, false, null, null);
                nearly = Params.of(null, List.of(5, 9, 200, 31), null, 10, followed, false, null, Precision.BF16);
            }
            try (LanguageModel model = Fixtures.load(folder)) {
                LensGrid exact = lens.run(exactly, new RecordingContext(model));
                LensGrid near = lens.run(nearly, new RecordingContext(model));
                String where = folder.toString();
                assertThat(exact.header().deviation()).isNull();
                LensGrid.Deviation deviation = near.header().deviation();
                assertThat(deviation).as(where).isNotNull();
                assertThat(deviation.position()).isEqualTo(exact.positions() - 1);
                assertThat(deviation.logProbNats()).as(where).isBetween(1e-7f, 0.1f);
                assertThat(deviation.klNats()).as(where).isLessThan(0.1f);
                assertThat(near.header().selfCheck().maxAbsLogitDiff())
                        .as(where)
                        .isBetween(1e-6f, near.header().selfCheck().tolerance());
                float furthest = 0;
                for (int row = 0; row < exact.rows(); row++) {
                    for (int position = 0; position < exact.positions(); position++) {
                        int cell = exact.cell(row, position);
                        float moved = Math.abs(exact.values().finalLogProb()[cell]
                                - near.values().finalLogProb()[cell]);
                        furthest = position == deviation.position() ? Math.max(furthest, moved) : furthest;
                        assertThat(moved).as(where + " row " + row).isLessThan(row == exact.rows() - 1 ? 1e-4f : 0.1f);
                    }
                }
                assertThat(furthest).as(where).isLessThanOrEqualTo(deviation.logProbNats() + 1e-5f);
            }
        }
    }

    /** Models with biases, with a soft cap, and of every way to be unembedded. */
    private static List<Path> models() {
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(Fixtures.demo()),
                        Fixtures.TINY.stream().map(Fixtures::tiny))
                .toList();
    }
}
