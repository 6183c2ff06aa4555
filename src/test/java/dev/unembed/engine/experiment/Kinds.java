package dev.unembed.engine.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.result.Result;
import dev.unembed.engine.transformer.LanguageModel;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;

/** Every kind of analysis there is, and something to ask of each: new kinds are found by themselves. */
final class Kinds {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Kinds() {}

    static List<Experiment<?, ?>> all() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.unembed.engine").stream()
                        .filter(c -> c.isAssignableTo(Experiment.class))
                        .filter(c -> !c.isInterface() && !c.getModifiers().contains(JavaModifier.ABSTRACT))
                        .map(JavaClass::reflect)
                        .<Experiment<?, ?>>map(Kinds::newInstance)
                        .toList();
    }

    private static Experiment<?, ?> newInstance(Class<?> type) {
        try {
            return (Experiment<?, ?>) type.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(type + " needs a public constructor without parameters", e);
        }
    }

    /** What is asked of an experiment here, for each parameter it has by that name; all others are as they come. */
    static final Map<String, String> SAMPLES = Map.of(
            "prompt", "\"The capital of France is\"",
            "circuit", "[\"L1H2\", \"L3H1\"]",
            "randomCircuits", "5",
            "examples", """
                    [{"prompt": "The capital of France is", "corrupted": "The capital of Germany is",
                      "answer": " Paris", "foil": " Berlin"},
                     {"prompt": "The capital of Germany is", "corrupted": "The capital of France is",
                      "answer": " Berlin", "foil": " Paris"}]""");

    /** Small enough for any test. */
    static <P extends Record> P sample(Experiment<P, ?> experiment) {
        return asked(experiment, SAMPLES);
    }

    /** @param values JSON by name; parameters of other names are as they come */
    static <P extends Record> P asked(Experiment<P, ?> experiment, Map<String, String> values) {
        try {
            ObjectNode params = JSON.createObjectNode();
            for (RecordComponent component : experiment.paramsType().getRecordComponents()) {
                String value = values.get(component.getName());
                if (value != null) {
                    params.set(component.getName(), JSON.readTree(value));
                }
            }
            return JSON.treeToValue(params, experiment.paramsType());
        } catch (JsonProcessingException e) {
            throw new AssertionError(experiment.kind() + " doesn't take what its parameters are called", e);
        }
    }

    static <P extends Record> Result run(Experiment<P, ?> experiment, Map<String, String> values, LanguageModel model) {
        return experiment.run(asked(experiment, values), new RecordingContext(model));
    }

    static <P extends Record> long memoryBytes(
            Experiment<P, ?> experiment, Map<String, String> values, ModelFolder model) {
        P params = asked(experiment, values);
        experiment.validate(params, model);
        return experiment.memoryBytes(params, model);
    }
}
