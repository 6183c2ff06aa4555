package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.result.CircuitVerdict;
import dev.unembed.engine.result.ScoreGrid;
import dev.unembed.engine.transformer.LanguageModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Patching and ablations of trained models, held against float64 references. */
class CircuitReferenceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double TOLERANCE = 5e-3;

    @Test
    void demoEqualsItsReference() throws Exception {
        assertEqualsReference(Fixtures.demo(), Fixtures.demoReference());
    }

    @Test
    void aRealModelEqualsItsReference() throws Exception {
        Optional<Path> model = Fixtures.shared("smollm2-135m-instruct");
        Assumptions.assumeTrue(model.isPresent(), "smollm2-135m-instruct isn't at hand");
        assertEqualsReference(model.get(), model.get().resolve("reference.json"));
    }

    private static void assertEqualsReference(Path folder, Path file) throws Exception {
        JsonNode reference = JSON.readTree(file.toFile());
        try (LanguageModel model = Fixtures.load(folder)) {
            for (JsonNode set : reference.get("sets")) {
                if (!set.path("headPatching").isEmpty()) {
                    assertPatching(model, set);
                }
                if (!set.path("zeroAblation").isEmpty()) {
                    assertZeroAblation(model, set);
                }
                for (JsonNode circuit : reference.get("circuits")) {
                    if (circuit.get("set").equals(set.get("name"))) {
                        assertCircuit(model, set, circuit);
                    }
                }
            }
        }
    }

    private static ObjectNode params(JsonNode set) {
        ObjectNode params = JSON.createObjectNode().put("bos", set.get("bos").asBoolean() ? "always" : "never");
        ArrayNode examples = params.putArray("examples");
        for (JsonNode example : set.get("examples")) {
            examples.addObject()
                    .put("prompt", example.get("clean").asText())
                    .put("corrupted", example.get("corrupt").asText())
                    .put("answer", example.get("answer").asText())
                    .put("foil", example.get("foil").asText());
        }
        return params;
    }

    private static void assertPatching(LanguageModel model, JsonNode set) throws Exception {
        Patching.Params params =
                JSON.treeToValue(params(set).put("site", "head").put("positions", "all"), Patching.Params.class);
        ScoreGrid grid = new Patching().run(params, new RecordingContext(model));
        assertThat(grid.header().cleanMean()).isCloseTo(set.get("mean").asDouble(), within(TOLERANCE));
        assertThat(grid.header().corruptedMean())
                .isCloseTo(set.get("corruptMean").asDouble(), within(TOLERANCE));
        for (Map.Entry<String, JsonNode> each : set.get("headPatching").properties()) {
            String[] place = each.getKey().substring(1).split("H");
            int cell = grid.cell(Integer.parseInt(place[0]), Integer.parseInt(place[1]));
            assertThat((double) grid.values()[cell])
                    .as(each.getKey())
                    .isCloseTo(each.getValue().asDouble(), within(TOLERANCE));
        }
    }

    /** F without one head, for a few heads of every set. */
    private static void assertZeroAblation(LanguageModel model, JsonNode set) throws Exception {
        List<Map.Entry<String, JsonNode>> all =
                new ArrayList<>(set.get("zeroAblation").properties());
        for (int i = 0; i < all.size(); i += Math.max(1, all.size() / 3)) {
            ObjectNode json = params(set).put("ablation", "zero").put("randomCircuits", 0);
            json.putArray("circuit").add(all.get(i).getKey());
            CircuitVerdict verdict = new CircuitTest()
                    .run(JSON.treeToValue(json, CircuitTest.Params.class), new RecordingContext(model));
            assertThat(verdict.necessity().knockout())
                    .as(all.get(i).getKey())
                    .isCloseTo(all.get(i).getValue().asDouble(), within(TOLERANCE));
        }
    }

    private static void assertCircuit(LanguageModel model, JsonNode set, JsonNode circuit) throws Exception {
        ObjectNode json = params(set).put("randomCircuits", 0);
        json.set("circuit", circuit.get("heads"));
        CircuitVerdict verdict =
                new CircuitTest().run(JSON.treeToValue(json, CircuitTest.Params.class), new RecordingContext(model));
        CircuitVerdict.Sufficiency sufficiency = verdict.sufficiency();
        assertThat(sufficiency.model()).isCloseTo(circuit.get("model").asDouble(), within(TOLERANCE));
        assertThat(sufficiency.circuit()).isCloseTo(circuit.get("circuit").asDouble(), within(TOLERANCE));
        assertThat(sufficiency.empty()).isCloseTo(circuit.get("empty").asDouble(), within(TOLERANCE));
        assertThat(verdict.necessity().knockout())
                .isCloseTo(circuit.get("knockout").asDouble(), within(TOLERANCE));
        assertThat(sufficiency.ratioOfMeans())
                .isCloseTo(circuit.get("ratioOfMeans").asDouble(), within(TOLERANCE));
        assertThat(sufficiency.normalised()).isCloseTo(circuit.get("normalised").asDouble(), within(TOLERANCE));
        for (int i = 0; i < sufficiency.perExample().size(); i++) {
            assertThat(sufficiency.perExample().get(i))
                    .as("example " + i)
                    .isCloseTo(circuit.get("perExample").get(i).asDouble(), within(TOLERANCE));
        }
        System.err.println(verdict.verdict());
    }
}
