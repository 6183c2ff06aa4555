package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every kind of analysis promises; new kinds are found by themselves. */
class ExperimentContractTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Experiment<?, ?>> EXPERIMENTS = Kinds.all();

    @Test
    void parametersSurviveJson() throws JsonProcessingException {
        for (Experiment<?, ?> experiment : EXPERIMENTS) {
            Record params = Kinds.sample(experiment);
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

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theSameRunOnAsManyThreadsGivesTheSameBytes(int threads) {
        String before = System.setProperty("unembed.engine.threads", String.valueOf(threads));
        try (LanguageModel model = Fixtures.load(Fixtures.demo())) {
            for (Experiment<?, ?> experiment : EXPERIMENTS) {
                byte[] first = ResultFiles.toSafetensors(run(experiment, new RecordingContext(model)));
                byte[] second = ResultFiles.toSafetensors(run(experiment, new RecordingContext(model)));
                assertThat(second).as(experiment.kind()).isEqualTo(first);
            }
        } finally {
            if (before == null) {
                System.clearProperty("unembed.engine.threads");
            } else {
                System.setProperty("unembed.engine.threads", before);
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

    private static <P extends Record> Result run(Experiment<P, ?> experiment, RecordingContext context) {
        P params = Kinds.sample(experiment);
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
