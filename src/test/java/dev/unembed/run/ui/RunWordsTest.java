package dev.unembed.run.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.experiment.LensReading;
import dev.unembed.engine.result.LensGrid;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunWordsTest {
    @Test
    void statesSayWhereARunStands() {
        assertThat(RunWords.state(RunsForTests.run(1))).isEqualTo("queued · 3rd");
        assertThat(RunWords.state(RunsForTests.run(1, RunStatus.RUNNING))).isEqualTo("running");
        assertThat(RunWords.state(RunsForTests.run(1, RunStatus.RUNNING, 12, 30, false)))
                .isEqualTo("running · 40 %");
        assertThat(RunWords.state(RunsForTests.run(1, RunStatus.RUNNING, 12, 30, true)))
                .isEqualTo("cancelling …");
        assertThat(RunWords.state(RunsForTests.run(1, RunStatus.CANCELLED, 12, 30, true)))
                .isEqualTo("cancelled");
    }

    @ParameterizedTest
    @CsvSource({"1, 1st", "2, 2nd", "3, 3rd", "4, 4th", "11, 11th", "12, 12th", "13, 13th", "21, 21st", "112, 112th"})
    void placesAreOrdinals(int place, String words) {
        assertThat(RunWords.ordinal(place)).isEqualTo(words);
    }

    @Test
    void computingTimeLeavesTheWaitingOut() {
        assertThat(RunWords.took(RunsForTests.run(1, RunStatus.SUCCEEDED))).isEqualTo("0.9 s on cpu-1");
        assertThat(RunWords.took(RunsForTests.run(1, RunStatus.RUNNING))).isEmpty();
    }

    @Test
    void kindsReadAsWords() {
        assertThat(RunWords.kind("lens")).isEqualTo("Lens");
        assertThat(RunWords.kind("head-patching")).isEqualTo("Head patching");
    }

    @Test
    void thePlaceInTheQueueIsASentence() {
        assertThat(RunView.placeInWords(1)).isEqualTo("It starts next.");
        assertThat(RunView.placeInWords(2)).isEqualTo("It is 2nd: 1 analysis starts before it.");
        assertThat(RunView.placeInWords(4)).isEqualTo("It is 4th: 3 analyses start before it.");
    }

    @ParameterizedTest
    @CsvSource({
        "'Two towers, two cities', two-towers-two-cities-42",
        "'../../etc/passwd', etc-passwd-42",
        "'—', run-42",
        "'Wo liegt Köln?', wo-liegt-köln-42"
    })
    void fileNamesHoldNothingAFileSystemMinds(String title, String name) {
        assertThat(RunView.fileName(42, title)).isEqualTo(name);
    }

    @Test
    void aStoppedRunSaysWhatIsKeptOfIt() {
        assertThat(RunWords.kept(kept(null))).isEqualTo("It has no result, and nothing of it was kept.");
        assertThat(RunWords.kept(kept(new RunDetails.Checkpoint(60, 100, Instant.EPOCH))))
                .startsWith("It has no result yet. 60 % of it was computed and is kept for 7 days");
        assertThat(RunWords.kept(kept(new RunDetails.Checkpoint(0, 0, Instant.EPOCH))))
                .contains("A part of it was computed");
    }

    private static RunDetails kept(RunDetails.@Nullable Checkpoint checkpoint) {
        return RunsForTests.run(1, RunStatus.CANCELLED, 62, 100, true, checkpoint);
    }

    @Test
    void theSummaryOfALensBecomesFindings() throws JsonProcessingException {
        ObjectNode summary = (ObjectNode) new ObjectMapper().readTree("""
                {"tokens":6,"layers":30,"final":{"id":7042,"text":" Paris","logProb":-0.6931471805599453},
                 "crystallised":29,"overwritten":2,"maxAbsLogitDiff":3e-5}""");

        Findings findings = Findings.of(summary);

        assertThat(findings).isEqualTo(new Findings("·Paris", "layer 29 of 30", "50.0 % after 6 tokens"));
        assertThat(Findings.of(null)).isNull();
        assertThat(Findings.of(new ObjectMapper().createObjectNode())).isNull();
    }

    @Test
    void otherKindsSayThemselvesWhatTheyFound() throws JsonProcessingException {
        ObjectNode summary = (ObjectNode) new ObjectMapper().readTree("""
                {"headline":"refuted","beside":"8 of 270 heads","detail":"They keep 75 % of the logit difference."}""");

        assertThat(Findings.of(summary))
                .isEqualTo(new Findings("refuted", "8 of 270 heads", "They keep 75 % of the logit difference."));
    }

    @Test
    void aSentenceOfTheServerFindsTheParameterItNames() {
        List<String> names = List.of("prompt", "bos", "topK", "track");

        assertThat(NewRunView.named("Parameter topK is 0; it must be greater than or equal to 1.", names))
                .contains("topK");
        assertThat(NewRunView.named("Prompt has 9000 tokens; demo reads at most 512. Shorten it.", names))
                .contains("prompt");
        assertThat(NewRunView.named("Parameter 'track' is 3; expected a list.", names))
                .contains("track");
        assertThat(NewRunView.named("Prompts are long.", names)).isEmpty();
        assertThat(NewRunView.named("No model \"x\".", names)).isEmpty();
    }

    @Test
    void theShapeOfAResultIsWhatTheExperimentReturns() {
        assertThat(ResultShapes.of(new LensReading())).isEqualTo(LensGrid.class);
    }
}
