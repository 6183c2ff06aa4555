package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.result.CircuitVerdict;
import dev.unembed.engine.result.ResultFiles;
import dev.unembed.engine.transformer.LanguageModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Verdicts on circuits of the bundled model, about names in "Then George and Paul went to the garden. Paul gave …". */
class CircuitVerdictTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ModelFolder DEMO = ModelFolder.open(Fixtures.demo());
    private static final String CARRIERS = "[\"L1H2\",\"L2H6\",\"L3H1\",\"L1H5\"]";
    private static final String[] NAMES = {"George", "Paul", "Mary"};

    private final CircuitTest test = new CircuitTest();

    /** All pairs of a few names, with a place for the name said twice, and prompts about others for means. */
    private static ArrayNode examples(String place) {
        ArrayNode examples = JSON.createArrayNode();
        for (String answer : NAMES) {
            for (String foil : NAMES) {
                if (!answer.equals(foil)) {
                    String start = "Then " + answer + " and " + foil + " went to the " + place + ". ";
                    ObjectNode example = examples.addObject();
                    example.put("prompt", start + foil + " gave a drink to")
                            .put("corrupted", start + answer + " gave a drink to")
                            .put("answer", " " + answer)
                            .put("foil", " " + foil)
                            .put("template", answer.equals("George") ? "first" : "second");
                    example.putObject("positions")
                            .putArray("S2")
                            .add(start.length())
                            .add(start.length() + foil.length());
                    example.putArray("counterparts")
                            .add("Then Tom and James went to the " + place + ". George gave a drink to")
                            .add("Then James and Tom went to the " + place + ". Paul gave a drink to");
                }
            }
        }
        return examples;
    }

    private static CircuitTest.Params params(String circuit, String more) {
        try {
            ObjectNode params = (ObjectNode) JSON.readTree("{\"circuit\":" + circuit + more + "}");
            params.set("examples", examples("garden"));
            return JSON.treeToValue(params, CircuitTest.Params.class);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    /** Everything that a test of a circuit can be asked for. */
    private static CircuitTest.Params everything() {
        return params(
                CARRIERS,
                ",\"classes\":{\"early\":[\"L1H2\",\"L1H5\"]},\"randomCircuits\":6,\"sweep\":true,\"heldOut\":"
                        + examples("store"));
    }

    @Test
    void lateHeadsAreRefutedAndTheCarriersAreNeeded() {
        try (LanguageModel model = DEMO.load()) {
            CircuitVerdict late = test.run(
                    params("[\"L4H0\",\"L4H1\",\"L5H0\",\"L5H1\"]", ",\"randomCircuits\":9"),
                    new RecordingContext(model));
            assertThat(late.verdict().label()).isEqualTo("refuted");
            assertThat(late.verdict().sentence())
                    .startsWith("These 4 of 48 heads account for")
                    .contains("when everything else is mean-ablated", "random circuits from the same layers");
            CircuitVerdict carriers = test.run(params(CARRIERS, ",\"randomCircuits\":9"), new RecordingContext(model));
            assertThat(late.necessity().ratioOfMeans()).isGreaterThan(0.95);
            assertThat(carriers.necessity().ratioOfMeans()).isLessThan(0.6);
            assertThat(Objects.requireNonNull(carriers.nullModel()).values()).hasSize(9);
        }
    }

    @Test
    void allOfTheModelIsAPerfectCircuit() {
        try (LanguageModel model = DEMO.load()) {
            ArrayNode all = JSON.createArrayNode();
            for (int l = 0; l < 6; l++) {
                for (int h = 0; h < 8; h++) {
                    all.add("L" + l + "H" + h);
                }
                all.add("MLP" + l);
            }
            CircuitVerdict verdict = test.run(
                    params(all.toString(), ",\"universe\":\"heads+mlps\",\"randomCircuits\":5"),
                    new RecordingContext(model));
            assertThat(verdict.sufficiency().ratioOfMeans()).isCloseTo(1, within(1e-5));
            assertThat(verdict.sufficiency().normalised()).isCloseTo(1, within(1e-5));
            assertThat(verdict.necessity().knockout())
                    .isCloseTo(verdict.sufficiency().empty(), within(1e-4));
            // there is no other circuit of this size
            assertThat(Objects.requireNonNull(verdict.nullModel()).values()).isEmpty();
        }
    }

    @Test
    void nodesAtNamedPositionsAreAblatedThereOnly() {
        try (LanguageModel model = DEMO.load()) {
            CircuitVerdict named = test.run(
                    params("[\"L1H2@S2\",\"L3H1@END\"]", ",\"positions\":\"named\",\"randomCircuits\":5"),
                    new RecordingContext(model));
            assertThat(named.protocol().positionNames()).containsExactly("END", "S2");
            assertThat(named.protocol().granularity()).isEqualTo("components at named positions");
            assertThat(named.components())
                    .extracting(CircuitVerdict.ComponentEffect::name)
                    .containsExactly("L1H2@S2", "L3H1@END");
            // votes are cast at END
            assertThat(named.components().getFirst().vote()).isZero();
            CircuitVerdict whole = test.run(
                    params("[\"L1H2\",\"L3H1\"]", ",\"positions\":\"named\",\"randomCircuits\":0"),
                    new RecordingContext(model));
            assertThat(whole.components().getFirst().effect())
                    .isNotCloseTo(named.components().getFirst().effect(), within(1e-6));
        }
    }

    @Test
    void counterpartsGiveAnotherMean() {
        try (LanguageModel model = DEMO.load()) {
            CircuitVerdict set = test.run(params(CARRIERS, ",\"randomCircuits\":0"), new RecordingContext(model));
            CircuitVerdict counterparts = test.run(
                    params(CARRIERS, ",\"randomCircuits\":0,\"reference\":\"counterparts\""),
                    new RecordingContext(model));
            assertThat(counterparts.protocol().reference()).isEqualTo("counterparts");
            assertThat(counterparts.sufficiency().model())
                    .isCloseTo(set.sufficiency().model(), within(1e-5));
            assertThat(counterparts.sufficiency().empty())
                    .isNotCloseTo(set.sufficiency().empty(), within(1e-3));
        }
    }

    @Test
    void everyProtocolIsTriedAndSaidOfTemplates() {
        try (LanguageModel model = DEMO.load()) {
            CircuitVerdict verdict = test.run(everything(), new RecordingContext(model));
            // three ablations, two kinds of positions, two averages; and each template by itself
            assertThat(verdict.protocols()).hasSize(14);
            assertThat(verdict.protocols().subList(12, 14))
                    .extracting(CircuitVerdict.ProtocolLine::template)
                    .containsExactly("first", "second");
            assertThat(Objects.requireNonNull(verdict.heldOut()).sufficiency().perExample())
                    .hasSize(6);
            assertThat(verdict.protocol().classes()).containsKey("early");
            assertThat(verdict.completeness().knockouts())
                    .extracting(CircuitVerdict.Knockout::kind)
                    .contains("class", "random", "whole", "greedy");
            assertThat(verdict.verdict().sentence()).contains("On 6 new prompts:", "of 14 protocols.");
            assertThat(verdict.verdict().reasons())
                    .extracting(CircuitVerdict.Reason::test)
                    .containsExactly(
                            "model",
                            "sufficiency",
                            "necessity",
                            "completeness",
                            "minimality",
                            "null",
                            "null-same-layers",
                            "held-out",
                            "protocols");
        }
    }

    @Test
    void theSameSeedGivesTheSameVerdictAlsoToWhoTakesItOver() {
        try (LanguageModel model = DEMO.load()) {
            ResumingContext whole = new ResumingContext(model);
            CircuitVerdict expected = test.run(everything(), whole);
            assertThat(test.run(everything(), new ResumingContext(model))).isEqualTo(expected);
            List<byte[]> saved = whole.saved();
            assertThat(saved).hasSizeGreaterThan(10);
            for (int i : new int[] {0, saved.size() / 2, saved.size() - 1}) {
                ResumingContext resumed = new ResumingContext(model, saved.get(i));
                assertThat(test.run(everything(), resumed)).as("from %d", i).isEqualTo(expected);
                assertThat(resumed.saved()).hasSizeLessThan(saved.size());
            }
            byte[] damaged = saved.getLast().clone();
            damaged[3] = 77;
            assertThat(test.run(everything(), new ResumingContext(model, damaged)))
                    .isEqualTo(expected);
        }
    }

    @Test
    void whereTheModelDoesNotDecideNothingIsSaid() throws Exception {
        try (LanguageModel model = DEMO.load()) {
            ObjectNode params = JSON.createObjectNode();
            params.set("circuit", JSON.readTree(CARRIERS));
            ArrayNode both = params.putArray("examples");
            for (String[] pair : new String[][] {{" Mary", " John"}, {" John", " Mary"}}) {
                both.addObject()
                        .put("prompt", "Then Mary and John went to the store. John gave a book to")
                        .put("answer", pair[0])
                        .put("foil", pair[1]);
            }
            CircuitVerdict verdict =
                    test.run(JSON.treeToValue(params, CircuitTest.Params.class), new RecordingContext(model));
            assertThat(verdict.verdict().label()).isEqualTo("inconclusive");
            assertThat(verdict.verdict().sentence()).startsWith("The model's logit difference is");
        }
    }

    @Test
    void theJsonHasWhatWasAgreed() throws IOException {
        try (LanguageModel model = DEMO.load()) {
            CircuitVerdict verdict = test.run(everything(), new RecordingContext(model));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ResultFiles.writeJson(verdict, out);
            JsonNode json = JSON.readTree(out.toByteArray());
            for (String path : List.of(
                    "/accounting/total",
                    "/accounting/claimed",
                    "/accounting/share",
                    "/accounting/positiveCovered",
                    "/accounting/negativeCovered",
                    "/sufficiency/model",
                    "/sufficiency/circuit",
                    "/sufficiency/empty",
                    "/sufficiency/ratioOfMeans",
                    "/sufficiency/meanOfRatios",
                    "/sufficiency/normalised",
                    "/sufficiency/ci95/1",
                    "/sufficiency/perExample/5",
                    "/necessity/knockout",
                    "/completeness/knockouts/0/gap",
                    "/minimality/3/share",
                    "/nullModel/quantile",
                    "/nullModel/pValue",
                    "/nullModel/values/5",
                    "/selfRepair/0/steppedIn/0/norm",
                    "/components/3/effect",
                    "/protocols/0/kept",
                    "/heldOut/necessity/knockout",
                    "/protocol/seed",
                    "/protocol/thresholds/pValue")) {
                assertThat(json.at(path).isNumber()).as(path).isTrue();
            }
            assertThat(json.at("/verdict/label").asText())
                    .isIn("supported", "protocol-dependent", "refuted", "inconclusive");
            assertThat(ResultFiles.fromSafetensors(ResultFiles.toSafetensors(verdict)))
                    .isEqualTo(verdict);
            for (String fact :
                    List.of("headline", "beside", "detail", "verdict", "share", "sufficiency", "necessity", "pValue")) {
                assertThat(verdict.summary().has(fact)).as(fact).isTrue();
            }
        }
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("[]", "", "circuit is empty"),
                Arguments.of("[\"L9H0\"]", "", "L9H0 isn't in this model: its layers are 0 to 5"),
                Arguments.of("[\"L1H8\"]", "", "its heads are 0 to 7"),
                Arguments.of("[\"MLP0\"]", "", "MLP0 is outside of the universe"),
                Arguments.of("[\"L1H1@S1\"]", "", "the prompts have no position 'S1' in common; known are END, S2"),
                Arguments.of("[\"L1H1\"]", ",\"classes\":{\"mover\":[\"L2H2\"]}", "Class 'mover' holds L2H2"),
                Arguments.of(
                        "[\"L1H1\"]",
                        ",\"heldOut\":[{\"prompt\":\"The capital of France is\",\"answer\":\" Paris\",\"foil\":\" Rome\"}]",
                        "heldOut: Example 1 is the only one of its template and length"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatTheUserCanFixIsRefusedBeforeAnythingIsComputed(String circuit, String more, String reason) {
        CircuitTest.Params params = params(circuit, more);
        assertThatThrownBy(() -> test.validate(params, DEMO))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining(reason);
    }

    @Test
    void whatIsSoundIsAccepted() {
        assertThatCode(() -> test.validate(everything(), DEMO)).doesNotThrowAnyException();
        assertThatThrownBy(() -> JSON.readValue("{\"ablation\":\"noise\"}", CircuitTest.Params.class))
                .hasMessageContaining("expected zero, mean, resample");
        assertThatThrownBy(() -> JSON.readValue("{\"thresholds\":{\"pValue\":2}}", CircuitTest.Params.class))
                .hasMessageContaining("thresholds.pValue is 2.0");
    }
}
