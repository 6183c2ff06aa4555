package dev.unembed.engine.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.prompt.PromptExample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Models whose causal experiments are known from a float64 implementation. */
record References(Path folder, JsonNode json) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How far fp32 may be from float64 here: kernels differ. */
    static final double TOLERANCE = 5e-3;

    static References demo() {
        return read(Fixtures.demo(), Fixtures.demoReference());
    }

    /** The bundled model, and the real one where it is at hand. */
    static Stream<References> all() {
        return Stream.concat(
                Stream.of(demo()),
                Fixtures.shared("smollm2-135m-instruct").stream()
                        .map(folder -> read(folder, folder.resolve("reference.json"))));
    }

    private static References read(Path folder, Path file) {
        try {
            return new References(folder, JSON.readTree(file.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<JsonNode> sets() {
        return list(json.get("sets"));
    }

    List<JsonNode> circuits() {
        return list(json.get("circuits"));
    }

    JsonNode set(String name) {
        return sets().stream()
                .filter(set -> set.get("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static List<PromptExample> examples(JsonNode set) {
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

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> all = new ArrayList<>();
        array.forEach(all::add);
        return all;
    }

    @Override
    public String toString() {
        return folder.getFileName().toString();
    }
}
