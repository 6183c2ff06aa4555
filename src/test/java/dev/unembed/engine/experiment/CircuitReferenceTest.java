package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.circuit.Ablation;
import dev.unembed.engine.circuit.CircuitEvaluation;
import dev.unembed.engine.circuit.CircuitNode;
import dev.unembed.engine.circuit.Evaluations;
import dev.unembed.engine.circuit.PatchSite;
import dev.unembed.engine.circuit.Statistics;
import dev.unembed.engine.circuit.Universe;
import dev.unembed.engine.circuit.Variant;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.result.CircuitVerdict;
import dev.unembed.engine.result.ScoreGrid;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.LanguageModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Patching and ablations of trained models, held against float64 references. */
class CircuitReferenceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double TOLERANCE = 5e-3;

    @Test
    void demoEqualsItsReference() throws Exception {
        assertEqualsReference(Fixtures.demo(), Fixtures.demoReference(), 1);
    }

    @Test
    void aRealModelEqualsItsReference() throws Exception {
        Optional<Path> model = Fixtures.shared("smollm2-135m-instruct");
        Assumptions.assumeTrue(model.isPresent(), "smollm2-135m-instruct isn't at hand: set UNEMBED_SHARED");
        assertEqualsReference(model.get(), model.get().resolve("reference.json"), 30);
    }

    /** @param stride of the heads that are ablated one by one: all of a large model take minutes */
    private static void assertEqualsReference(Path folder, Path file, int stride) throws Exception {
        JsonNode reference = JSON.readTree(file.toFile());
        try (LanguageModel model = Fixtures.load(folder)) {
            for (JsonNode set : reference.get("sets")) {
                if (!set.path("headPatching").isEmpty()) {
                    assertPatching(model, set);
                }
                if (!set.path("zeroAblation").isEmpty()) {
                    assertZeroAblation(model, set, stride);
                }
                for (JsonNode circuit : reference.get("circuits")) {
                    if (circuit.get("set").equals(set.get("name"))) {
                        assertCircuit(model, set, circuit);
                    }
                }
            }
        }
    }

    private static List<PromptExample> examples(JsonNode set) {
        List<PromptExample> examples = new ArrayList<>();
        for (JsonNode each : set.get("examples")) {
            PromptExample example = PromptExample.of(
                    each.get("clean").asText(),
                    each.get("answer").asText(),
                    each.get("foil").asText());
            examples.add(
                    each.hasNonNull("corrupt")
                            ? example.withCorrupted(each.get("corrupt").asText())
                            : example);
        }
        return examples;
    }

    private static BosPolicy bos(JsonNode set) {
        return set.get("bos").asBoolean() ? BosPolicy.ALWAYS : BosPolicy.NEVER;
    }

    private static void assertPatching(LanguageModel model, JsonNode set) {
        Patching.Params params = Patching.Params.of(examples(set), null, bos(set), PatchSite.HEAD, null, "all");
        ScoreGrid grid = new Patching().run(params, new RecordingContext(model));
        assertThat(grid.header().cleanMean()).isCloseTo(set.get("mean").asDouble(), within(TOLERANCE));
        assertThat(grid.header().corruptedMean())
                .isCloseTo(set.get("corruptMean").asDouble(), within(TOLERANCE));
        assertThat(set.get("headPatching")).hasSize(grid.values().length);
        for (Map.Entry<String, JsonNode> each : set.get("headPatching").properties()) {
            String[] place = each.getKey().substring(1).split("H");
            int cell = grid.cell(Integer.parseInt(place[0]), Integer.parseInt(place[1]));
            assertThat((double) grid.values()[cell])
                    .as(each.getKey())
                    .isCloseTo(each.getValue().asDouble(), within(TOLERANCE));
        }
    }

    private static Universe heads(LanguageModel model) {
        Blueprint blueprint = model.transformer().blueprint();
        return Universe.of(
                Universe.Members.HEADS,
                blueprint.layers(),
                blueprint.attention().nHeads(),
                Universe.Positions.ALL,
                Set.of("END"));
    }

    private static List<double[]> evaluated(
            LanguageModel model, JsonNode set, Ablation.Value ablation, List<Variant> variants) {
        List<ResolvedExample> examples = ResolvedExample.all(
                examples(set),
                model.tokenizer(),
                bos(set),
                model.transformer().blueprint().nCtx());
        return new CircuitEvaluation(
                        model.transformer(),
                        examples,
                        new Ablation(ablation, Ablation.Reference.SET),
                        0,
                        new Evaluations(),
                        "set",
                        new Meter(1))
                .of(variants);
    }

    private static void assertZeroAblation(LanguageModel model, JsonNode set, int stride) {
        List<Map.Entry<String, JsonNode>> expected = new ArrayList<>();
        int index = 0;
        for (Map.Entry<String, JsonNode> each : set.get("zeroAblation").properties()) {
            if (index++ % stride == 0) {
                expected.add(each);
            }
        }
        List<double[]> found = evaluated(
                model,
                set,
                Ablation.Value.ZERO,
                expected.stream()
                        .map(each -> Variant.without(List.of(CircuitNode.parse(each.getKey())), heads(model)))
                        .toList());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(Statistics.mean(found.get(i)))
                    .as(
                            "%s without %s",
                            set.get("name").asText(), expected.get(i).getKey())
                    .isCloseTo(expected.get(i).getValue().asDouble(), within(TOLERANCE));
        }
    }

    private static void assertCircuit(LanguageModel model, JsonNode set, JsonNode circuit) {
        List<CircuitNode> nodes = new ArrayList<>();
        circuit.get("heads").forEach(head -> nodes.add(CircuitNode.parse(head.asText())));
        List<double[]> found = evaluated(
                model,
                set,
                Ablation.Value.MEAN,
                List.of(
                        Variant.whole(),
                        Variant.keeping(nodes, heads(model)),
                        Variant.without(nodes, heads(model)),
                        Variant.keeping(List.of(), heads(model))));
        String[] names = {"model", "circuit", "knockout", "empty"};
        for (int i = 0; i < names.length; i++) {
            assertThat(Statistics.mean(found.get(i)))
                    .as(names[i])
                    .isCloseTo(circuit.get(names[i]).asDouble(), within(TOLERANCE));
        }
        for (int e = 0; e < found.get(1).length; e++) {
            assertThat(found.get(1)[e])
                    .as("circuit, example %d", e + 1)
                    .isCloseTo(circuit.get("perExample").get(e).asDouble(), within(TOLERANCE));
        }
    }

    @Test
    void aVerdictHasTheFiguresOfTheReference() throws Exception {
        JsonNode reference = JSON.readTree(Fixtures.demoReference().toFile());
        JsonNode circuit = reference.get("circuits").get(0);
        List<CircuitNode> nodes = new ArrayList<>();
        circuit.get("heads").forEach(head -> nodes.add(CircuitNode.parse(head.asText())));
        JsonNode set = reference.get("sets").get(0);
        CircuitTest.Params params = CircuitTest.Params.of(
                examples(set), null, bos(set), nodes, null, null, null, null, null, 0, false, null, null, null);
        try (LanguageModel model = Fixtures.load(Fixtures.demo())) {
            CircuitVerdict verdict = new CircuitTest().run(params, new RecordingContext(model));
            CircuitVerdict.Sufficiency sufficiency = verdict.sufficiency();
            assertThat(sufficiency.ratioOfMeans())
                    .isCloseTo(circuit.get("ratioOfMeans").asDouble(), within(TOLERANCE));
            assertThat(sufficiency.normalised())
                    .isCloseTo(circuit.get("normalised").asDouble(), within(TOLERANCE));
            assertThat(sufficiency.model()).isCloseTo(circuit.get("model").asDouble(), within(TOLERANCE));
            assertThat(verdict.necessity().knockout())
                    .isCloseTo(circuit.get("knockout").asDouble(), within(TOLERANCE));
        }
    }
}
