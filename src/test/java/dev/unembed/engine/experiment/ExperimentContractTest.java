package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.architecture.ModelFolder.Residence;
import dev.unembed.engine.result.Result;
import dev.unembed.engine.result.ResultFiles;
import dev.unembed.engine.safetensors.Dtype;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Placement;
import jakarta.inject.Singleton;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every kind of analysis promises; new kinds are found by themselves. */
class ExperimentContractTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Experiment<?, ?>> EXPERIMENTS = all();

    private static List<Experiment<?, ?>> all() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.unembed.engine").stream()
                        .filter(c -> c.isAssignableTo(Experiment.class))
                        .filter(c -> !c.isInterface() && !c.getModifiers().contains(JavaModifier.ABSTRACT))
                        .map(JavaClass::reflect)
                        .<Experiment<?, ?>>map(ExperimentContractTest::newInstance)
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
    private static final Map<String, String> SAMPLES = Map.of(
            "prompt", "\"The capital of France is\"",
            "circuit", "[\"L1H2\", \"L3H1\"]",
            "randomCircuits", "5",
            "examples", """
                    [{"prompt": "The capital of France is", "corrupted": "The capital of Germany is",
                      "answer": " Paris", "foil": " Berlin"},
                     {"prompt": "The capital of Germany is", "corrupted": "The capital of France is",
                      "answer": " Berlin", "foil": " Paris"}]""");

    private static <P extends Record> P sample(Experiment<P, ?> experiment) {
        try {
            ObjectNode params = JSON.createObjectNode();
            for (RecordComponent component : experiment.paramsType().getRecordComponents()) {
                String value = SAMPLES.get(component.getName());
                if (value != null) {
                    params.set(component.getName(), JSON.readTree(value));
                }
            }
            return JSON.treeToValue(params, experiment.paramsType());
        } catch (JsonProcessingException e) {
            throw new AssertionError(experiment.kind() + " doesn't take what its parameters are called", e);
        }
    }

    @Test
    void parametersSurviveJson() throws JsonProcessingException {
        for (Experiment<?, ?> experiment : EXPERIMENTS) {
            Record params = sample(experiment);
            assertThat((Record) JSON.readValue(JSON.writeValueAsString(params), experiment.paramsType()))
                    .as(experiment.kind())
                    .isEqualTo(params);
        }
    }

    @Test
    void progressOnlyGrowsAndResultsSurviveTheirFiles() {
        try (LanguageModel model = Fixtures.load(Fixtures.demo())) {
            for (Experiment<?, ?> experiment : EXPERIMENTS) {
                RecordingContext context = new RecordingContext(model);
                Result result = run(experiment, context);
                assertThat(context.done).as(experiment.kind()).isSorted().last().isEqualTo(context.total);
                byte[] file = ResultFiles.toSafetensors(result);
                assertThat(ResultFiles.toSafetensors(ResultFiles.fromSafetensors(file)))
                        .as(experiment.kind())
                        .isEqualTo(file);
                assertThat(result.summary().toString()).as(experiment.kind()).hasSizeLessThan(4096);
            }
        }
    }

    @Test
    void theyEndWhereTheyAreTold() {
        try (LanguageModel model = Fixtures.load(Fixtures.demo())) {
            for (Experiment<?, ?> experiment : EXPERIMENTS) {
                assertThatThrownBy(() -> run(experiment, new RecordingContext(model, 0)))
                        .as(experiment.kind())
                        .isInstanceOf(RunStopped.class);
            }
        }
    }

    @Test
    void onSeveralDevicesTheyFindTheSame() {
        ModelFolder folder = ModelFolder.open(Fixtures.demo());
        try (LanguageModel whole = folder.load();
                LanguageModel divided =
                        folder.load(Residence.RESIDENT, Placement.parse("cpu:0,cpu:1"), (done, total) -> {})) {
            for (Experiment<?, ?> experiment : EXPERIMENTS) {
                SafetensorsFile expected = file(run(experiment, new RecordingContext(whole)));
                long before = TensorOps.movedBytes();
                SafetensorsFile found = file(run(experiment, new RecordingContext(divided)));
                assertThat(TensorOps.movedBytes() - before)
                        .as(experiment.kind() + ": the weights stay where they are")
                        .isLessThan(folder.memoryBytes() / 8);
                assertSameNumbers(experiment.kind(), found, expected);
            }
        }
    }

    @Test
    void onAStreamedModelTheyFindTheSame() {
        ModelFolder demo = ModelFolder.open(Fixtures.demo());
        try (LanguageModel resident = demo.load();
                LanguageModel streamed = demo.load(Residence.STREAMED, (done, total) -> {})) {
            for (Experiment<?, ?> experiment : EXPERIMENTS) {
                assertSameNumbers(
                        experiment.kind(),
                        file(run(experiment, new RecordingContext(streamed))),
                        file(run(experiment, new RecordingContext(resident))));
            }
        }
    }

    /** Numbers only: what is ordered by them may change places where two are nearly equal. */
    private static void assertSameNumbers(String kind, SafetensorsFile found, SafetensorsFile expected) {
        assertThat(found.tensors().keySet()).isEqualTo(expected.tensors().keySet());
        found.tensors().forEach((name, info) -> {
            if (info.dtype() == Dtype.F32) {
                assertThat(found.floats(name))
                        .as(kind + " " + name)
                        .containsExactly(expected.floats(name), within(1e-4f));
            }
        });
    }

    private static SafetensorsFile file(Result result) {
        return SafetensorsFile.of("result", ResultFiles.toSafetensors(result));
    }

    @Test
    void theSameRunGivesTheSameBytes() {
        try (LanguageModel model = Fixtures.load(Fixtures.demo())) {
            for (Experiment<?, ?> experiment : EXPERIMENTS) {
                byte[] first = ResultFiles.toSafetensors(run(experiment, new RecordingContext(model)));
                byte[] second = ResultFiles.toSafetensors(run(experiment, new RecordingContext(model)));
                assertThat(second).as(experiment.kind()).isEqualTo(first);
            }
        }
    }

    @Test
    void theySayHowMuchMemoryTheyNeed() {
        for (Experiment<?, ?> experiment : EXPERIMENTS) {
            assertThat(memory(experiment)).as(experiment.kind()).isBetween(1L << 20, 4L << 30);
        }
    }

    private static <P extends Record> long memory(Experiment<P, ?> experiment) {
        return experiment.memoryBytes(sample(experiment), ModelFolder.open(Fixtures.demo()));
    }

    private static <P extends Record> Result run(Experiment<P, ?> experiment, RecordingContext context) {
        P params = sample(experiment);
        experiment.validate(params, ModelFolder.open(Fixtures.demo()));
        return experiment.run(params, context);
    }

    @Test
    void thereAreSome() {
        assertThat(EXPERIMENTS).isNotEmpty();
    }

    @Test
    void kindsAreKebabCaseAndUnique() {
        assertThat(EXPERIMENTS).extracting(Experiment::kind).doesNotHaveDuplicates();
        assertThat(EXPERIMENTS).allSatisfy(e -> assertThat(e.kind()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*"));
    }

    @Test
    void theyAreDiscoverable() {
        assertThat(EXPERIMENTS).allSatisfy(e -> assertThat(e.getClass()).hasAnnotation(Singleton.class));
    }

    @Test
    void everyParameterCanBeAskedForInAForm() {
        for (Experiment<?, ?> experiment : EXPERIMENTS) {
            for (RecordComponent component : experiment.paramsType().getRecordComponents()) {
                assertThat(component.getAnnotation(Field.class))
                        .as(experiment.kind() + "." + component.getName() + " has a @Field")
                        .isNotNull()
                        .satisfies(field -> assertThat(field.label()).isNotBlank());
            }
        }
    }
}
