package dev.unembed;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.unembed.engine.architecture.Architecture;
import dev.unembed.engine.experiment.Experiment;
import jakarta.inject.Singleton;
import jakarta.persistence.Entity;
import java.time.Instant;

/** The layout's rules: who may depend on whom. Each says why, so that a failure explains itself. */
@AnalyzeClasses(packages = "dev.unembed", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureRulesTest {
    private static final String ROOT = "dev.unembed";

    private static final DescribedPredicate<JavaClass> FEATURE_CODE = describe(
            "of a feature",
            type -> type.getPackageName().startsWith(ROOT + ".")
                    && !type.getPackageName().startsWith(ROOT + ".base")
                    && !type.getPackageName().startsWith(ROOT + ".engine"));

    @ArchTest
    static final ArchRule engineKnowsNoFramework = classes()
            .that()
            .resideInAPackage("dev.unembed.engine..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "dev.unembed.engine..",
                    "java..",
                    "javax.crypto..",
                    "jdk.incubator.vector..",
                    "com.sun.management..",
                    "ai.djl..",
                    "org.slf4j..",
                    "com.fasterxml.jackson..",
                    "org.jspecify..",
                    "jakarta.inject..",
                    "jakarta.validation.constraints.."))
            .because("the engine is a library: it runs in a test, a worker or a benchmark alike");

    @ArchTest
    static final ArchRule tensorsStayInTheEngine = noClasses()
            .that()
            .resideOutsideOfPackage("dev.unembed.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..")
            .because("native memory has one owner; everything else sees plain Java arrays");

    @ArchTest
    static final ArchRule theForwardPassKnowsNoFamily = noClasses()
            .that()
            .resideInAPackage("dev.unembed.engine.transformer..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.unembed.engine.architecture..")
            .because("a variation is a value of the blueprint, never a family's name in the forward pass");

    @ArchTest
    static final ArchRule nobodyNamesAnArchitecture = noClasses()
            .that()
            .resideOutsideOfPackage("dev.unembed.engine.architecture..")
            .should()
            .dependOnClassesThat(describe(
                    "one model family",
                    type -> type.isAssignableTo(Architecture.class) && !type.isEquivalentTo(Architecture.class)))
            .because("adding a family is adding one file");

    @ArchTest
    static final ArchRule featuresFormNoCycle = slices().matching("dev.unembed.(*)..")
            .should()
            .beFreeOfCycles()
            .because("a feature can be read, tested and removed with what lies below it only");

    @ArchTest
    static final ArchRule enginePackagesFormNoCycle = slices().matching("dev.unembed.engine.(*)..")
            .should()
            .beFreeOfCycles()
            .because("tensor, text, transformer, architecture, lens, experiment build on one another in this order");

    @ArchTest
    static final ArchRule nobodyDependsOnTheWorker = noClasses()
            .that()
            .resideOutsideOfPackage("dev.unembed.worker..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.unembed.worker..")
            .because("the web role must run without one");

    @ArchTest
    static final ArchRule baseDependsOnNoFeature = noClasses()
            .that()
            .resideInAPackage("dev.unembed.base..")
            .should()
            .dependOnClassesThat(FEATURE_CODE)
            .because("features plug into the shell, not the other way round");

    @ArchTest
    static final ArchRule screensBelongToTheirFeature = slices().matching("dev.unembed.(*).ui..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(
                    resideInAPackage("dev.unembed.(*).ui..").or(resideInAPackage("dev.unembed.*.ui..")),
                    resideInAPackage("dev.unembed.base.ui.."))
            .ignoreDependency(resideInAPackage("dev.unembed.*.ui.."), resideInAPackage("dev.unembed.account.ui.."))
            .because("features own their screens; the shell (base.ui) and who is signed in (account.ui) are shared");

    @ArchTest
    static final ArchRule entitiesStayInTheirFeature = noClasses()
            .that()
            .haveSimpleNameEndingWith("Resource")
            .or()
            .resideInAPackage("..ui..")
            .should()
            .dependOnClassesThat()
            .areAnnotatedWith(Entity.class)
            .because("what is sent or shown is a record, decided on purpose");

    @ArchTest
    static final ArchRule theQueueLibraryHasTwoDoors = noClasses()
            .that()
            .resideOutsideOfPackage("dev.unembed.worker..")
            .and()
            .doNotHaveFullyQualifiedName("dev.unembed.run.RunQueue")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.github.kagkarlsson..")
            .because("submitting (run.RunQueue) and executing (worker) are the only uses of db-scheduler");

    @ArchTest
    static final ArchRule injectionByConstructor =
            noFields().should().beAnnotatedWith("jakarta.inject.Inject").because("an object that exists is complete");

    @ArchTest
    static final ArchRule timeComesFromTheClock = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .because("tests set the clock: inject java.time.Clock");

    @ArchTest
    static final ArchRule experimentsAreDiscovered = classes()
            .that()
            .implement(Experiment.class)
            .should()
            .beAnnotatedWith(Singleton.class)
            .because("adding a file is enough to add an analysis kind");
}
