package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import jakarta.inject.Singleton;
import java.lang.reflect.RecordComponent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every kind of analysis promises; new kinds are found by themselves. */
class ExperimentContractTest {
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
