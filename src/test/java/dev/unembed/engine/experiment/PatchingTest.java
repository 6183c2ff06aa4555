package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.circuit.PatchSite;
import dev.unembed.engine.experiment.Patching.Direction;
import dev.unembed.engine.experiment.Patching.Params;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.result.ScoreGrid;
import dev.unembed.engine.transformer.LanguageModel;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PatchingTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ModelFolder DEMO = ModelFolder.open(Fixtures.demo());
    private static final List<PromptExample> CAPITALS = List.of(
            example("The capital of France is", "The capital of Germany is", " Paris", " Berlin"),
            example("The capital of Germany is", "The capital of France is", " Berlin", " Paris"),
            example("The capital of Italy is", "The capital of Spain is", " Rome", " Madrid"));

    private final Patching patching = new Patching();

    private static PromptExample example(String prompt, String corrupted, String answer, String foil) {
        int subject = "The capital of ".length();
        return PromptExample.of(
                prompt,
                answer,
                foil,
                corrupted,
                null,
                Map.of("subject", new PromptExample.Span(subject, prompt.indexOf(" is"))),
                null);
    }

    private ScoreGrid patched(LanguageModel model, PatchSite site, Direction direction, String positions) {
        return patching.run(Params.of(CAPITALS, null, null, site, direction, positions), new RecordingContext(model));
    }

    @Test
    void theWholeStreamIsTheCleanRunAndAnUntouchedOneTheCorrupted() {
        try (LanguageModel model = DEMO.load()) {
            for (Direction direction : Direction.values()) {
                boolean denoising = direction == Direction.DENOISING;
                ScoreGrid whole = patched(model, PatchSite.RESID_PRE, direction, "all");
                for (int l = 0; l < whole.header().layers(); l++) {
                    assertThat(whole.values()[whole.cell(l, 0)])
                            .as("%s, layer %d", direction, l)
                            .isCloseTo(denoising ? 1 : 0, within(1e-4f));
                }
                ScoreGrid each = patched(model, PatchSite.RESID_PRE, direction, "each");
                for (int l = 0; l < each.header().layers(); l++) {
                    // the prompts agree up to the subject
                    assertThat(each.values()[each.cell(l, 0)]).isCloseTo(denoising ? 0 : 1, within(1e-4f));
                }
            }
        }
    }

    @Test
    void aNameIsTheTokenItStandsFor() {
        try (LanguageModel model = DEMO.load()) {
            for (PatchSite site : List.of(PatchSite.RESID_PRE, PatchSite.ATTN_OUT, PatchSite.MLP_OUT)) {
                ScoreGrid each = patched(model, site, Direction.DENOISING, "each");
                ScoreGrid subject = patched(model, site, Direction.DENOISING, "subject");
                ScoreGrid end = patched(model, site, Direction.DENOISING, "END");
                int last = each.header().columns().size() - 1;
                assertThat(each.header().columns().get(last)).isEqualTo(" is");
                for (int l = 0; l < each.header().layers(); l++) {
                    assertThat(subject.values()[l])
                            .as("%s, layer %d", site, l)
                            .isCloseTo(each.values()[each.cell(l, last - 1)], within(1e-4f));
                    assertThat(end.values()[l])
                            .as("%s, layer %d", site, l)
                            .isCloseTo(each.values()[each.cell(l, last)], within(1e-4f));
                }
            }
        }
    }

    @Test
    void promptsOfSeveralLengthsGoTogether() {
        PromptExample other = PromptExample.of(
                "Then Mary and John went to the store. John gave a book to",
                " Mary",
                " John",
                "Then Mary and John went to the store. Mary gave a book to",
                null,
                null,
                null);
        try (LanguageModel model = DEMO.load()) {
            ScoreGrid one = patching.run(
                    Params.of(List.of(other), null, null, PatchSite.HEAD, null, "END"), new RecordingContext(model));
            ScoreGrid two = patching.run(
                    Params.of(List.of(CAPITALS.getFirst(), other), null, null, PatchSite.HEAD, null, "END"),
                    new RecordingContext(model));
            ScoreGrid first = patching.run(
                    Params.of(List.of(CAPITALS.getFirst()), null, null, PatchSite.HEAD, null, "END"),
                    new RecordingContext(model));
            for (int i = 0; i < one.raw().length; i++) {
                assertThat(two.raw()[i]).isCloseTo((one.raw()[i] + first.raw()[i]) / 2, within(1e-4f));
            }
            assertThat(two.header().selfCheck().selfPatchChange()).isLessThan(1e-4);
        }
    }

    /** Whoever takes a run over goes on where the one before was; the grid is the same to the last bit. */
    @Test
    void aTakenOverSweepEndsInTheSameGrid() {
        try (LanguageModel model = DEMO.load()) {
            Params params = Params.of(CAPITALS, null, null, PatchSite.HEAD, Direction.NOISING, null);
            ResumingContext whole = new ResumingContext(model);
            ScoreGrid expected = patching.run(params, whole);
            assertThat(whole.saved()).isNotEmpty();
            for (byte[] checkpoint : whole.saved()) {
                ScoreGrid resumed = patching.run(params, new ResumingContext(model, checkpoint));
                assertThat(resumed.values()).isEqualTo(expected.values());
                assertThat(resumed.raw()).isEqualTo(expected.raw());
            }
        }
    }

    static Stream<Arguments> refused() {
        String fine = "\"prompt\":\"The capital of France is\",\"answer\":\" Paris\",\"foil\":\" Rome\"";
        return Stream.of(
                Arguments.of("{}", "There are no examples"),
                Arguments.of("{\"examples\":[{" + fine + "}]}", "Example 1: corrupted is missing"),
                Arguments.of("{\"examples\":[{" + fine + ",\"corrupted\":\"The capital is\"}]}", "must align"),
                Arguments.of(
                        "{\"positions\":\"subject\",\"examples\":[{" + fine
                                + ",\"corrupted\":\"The capital of Italy is\"}]}",
                        "no position 'subject'"),
                Arguments.of(
                        "{\"positions\":\"each\",\"examples\":[{" + fine
                                + ",\"corrupted\":\"The capital of Italy is\"}]}",
                        "site 'head' has a column per head"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatTheUserCanFixIsRefusedBeforeAnythingIsComputed(String params, String reason) throws Exception {
        Params parsed = JSON.readValue(params, Params.class);
        assertThatThrownBy(() -> patching.validate(parsed, DEMO))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining(reason);
    }

    @Test
    void promptsWithNothingToRestoreAreRefused() {
        PromptExample same =
                CAPITALS.getFirst().withCorrupted(CAPITALS.getFirst().prompt());
        try (LanguageModel model = DEMO.load()) {
            assertThatThrownBy(() -> patching.run(
                            Params.of(List.of(same), null, null, null, null, null), new RecordingContext(model)))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("nothing to restore");
        }
    }
}
