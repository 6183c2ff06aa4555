package dev.unembed.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.experiment.Experiment;
import dev.unembed.engine.experiment.LensReading;
import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pipeline expects of every experiment's parameters. */
class RunContractTest {
    private static final ValidatorFactory VALIDATORS = Validation.buildDefaultValidatorFactory();

    private final ParamsReader reader = new ParamsReader(VALIDATORS.getValidator());

    @AfterAll
    static void close() {
        VALIDATORS.close();
    }

    static List<Experiment<?, ?>> experiments() {
        LensReading lens = new LensReading();
        return List.of(lens, new CountingExperiment(lens));
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void parametersSurviveJsonWithDefaultsFilledIn(Experiment<?, ?> experiment) {
        survive(experiment);
    }

    private <P extends Record> void survive(Experiment<P, ?> experiment) {
        ObjectNode asked = JsonNodeFactory.instance.objectNode().put("prompt", "Ein Satz mit „Zeichen“ 🙂");
        P read = reader.read(experiment, asked);
        ObjectNode canonical = reader.canonical(read);
        assertThat(reader.read(experiment, canonical)).isEqualTo(read);
        assertThat(reader.canonical(reader.read(experiment, canonical)).toString())
                .isEqualTo(canonical.toString());
        assertThat(canonical.properties())
                .allSatisfy(entry -> assertThat(entry.getValue().isNull()).isFalse());
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void kindsAreStoredSoTheyAreKebabCase(Experiment<?, ?> experiment) {
        assertThat(experiment.kind()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    }
}
