package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.unembed.engine.Fixtures;
import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.PlantedModel;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.circuit.Ablation;
import dev.unembed.engine.circuit.Circuit;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.result.CircuitVerdict;
import dev.unembed.engine.result.CircuitVerdict.ComponentEffect;
import dev.unembed.engine.result.CircuitVerdict.Reason;
import dev.unembed.engine.transformer.LanguageModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transformers written by hand, whose circuits are known: what is there is supported, and nothing else. */
class PlantedCircuitTest {
    private static final String[] NAMES = {"Ann", "Bob", "Cid", "Dee", "Eve", "Fay"};
    private static final String[] WORDS = {"Ann", "Bob", "Cid", "Dee", "Eve", "Fay", "say", "now", "?"};
    /** The first position sees itself only, and would take itself for the word before. */
    private static final String START = "? ";

    private static final int RANDOM_CIRCUITS = 300;

    private final CircuitTest test = new CircuitTest();

    @TempDir
    Path folder;

    private static PlantedModel model(int layers, int heads) {
        return new PlantedModel(layers, heads, WORDS);
    }

    private CircuitVerdict verdict(
            LanguageModel model, List<PromptExample> examples, Ablation.Value ablation, String circuit) {
        CircuitTest.Params params = CircuitTest.Params.of(
                examples,
                null,
                null,
                Circuit.parse(circuit).nodes(),
                null,
                null,
                ablation,
                null,
                null,
                RANDOM_CIRCUITS,
                false,
                null,
                null,
                null);
        test.validate(params, ModelFolder.open(folder));
        return test.run(params, new RecordingContext(model));
    }

    private static List<String> failed(CircuitVerdict verdict) {
        return verdict.verdict().reasons().stream()
                .filter(reason -> !reason.passed())
                .map(Reason::test)
                .toList();
    }

    private static void assertRefuted(CircuitVerdict verdict, String... tests) {
        assertThat(verdict.verdict().label()).as(verdict.verdict().sentence()).isEqualTo("refuted");
        assertThat(failed(verdict)).contains(tests);
    }

    private static void assertSupported(CircuitVerdict verdict) {
        assertThat(failed(verdict)).as(verdict.verdict().sentence()).isEmpty();
        assertThat(verdict.verdict().label()).isEqualTo("supported");
        assertThat(verdict.sufficiency().ratioOfMeans()).isCloseTo(1, within(0.01));
        // what is resampled is another prompt's answer, and sometimes that is this one's foil
        double tolerance = verdict.protocol().ablation().equals("resample") ? 0.2 : 0.01;
        assertThat(verdict.necessity().ratioOfMeans()).isCloseTo(0, within(tolerance));
    }

    private static ComponentEffect component(CircuitVerdict verdict, String name) {
        return verdict.components().stream()
                .filter(component -> component.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    // -- an induction pair: L0H0 writes what the word before was, L1H0 finds where that is the word being read --------

    private static PlantedModel induction(int layers, int heads) {
        PlantedModel model = model(layers, heads).attendsToTheWordBefore(0, 0);
        for (int w = 0; w < NAMES.length; w++) {
            model.moves(0, 0, w, model.word(w), model.wordBefore(w), 1);
            inducts(model, 1, w);
        }
        return model;
    }

    private static void inducts(PlantedModel model, int layer, int w) {
        model.attends(layer, 0, w, model.word(w), model.wordBefore(w), 1)
                .moves(layer, 0, w, model.word(w), model.word(w), 1);
    }

    /** Every name stands at every place once, so a mean over the set says nothing of any. */
    private static List<PromptExample> repetitions() {
        List<PromptExample> examples = new ArrayList<>();
        for (int i = 0; i < NAMES.length; i++) {
            examples.add(PromptExample.of(
                    START + name(i) + " " + name(i + 1) + " " + name(i + 2) + " " + name(i + 3) + " " + name(i),
                    name(i + 1),
                    name(i + 2)));
        }
        return examples;
    }

    private static String name(int i) {
        return NAMES[i % NAMES.length];
    }

    @Test
    void anInductionPairIsSupportedAndNeitherHalfIs() {
        try (LanguageModel model = Fixtures.load(induction(2, 6).write(folder))) {
            for (Ablation.Value ablation : Ablation.Value.values()) {
                CircuitVerdict pair = verdict(model, repetitions(), ablation, "L0H0 L1H0");
                assertSupported(pair);
                // the first half acts through the second only: it votes for nothing and everything is lost without it
                assertThat(component(pair, "L0H0").vote()).isCloseTo(0, within(1e-2));
                assertThat(component(pair, "L0H0").effect()).isCloseTo(2, within(1e-2));
                assertThat(component(pair, "L1H0").vote()).isCloseTo(2, within(1e-2));
                assertThat(pair.accounting().share()).isCloseTo(1, within(1e-2));

                assertRefuted(verdict(model, repetitions(), ablation, "L1H0"), "sufficiency");
                assertRefuted(verdict(model, repetitions(), ablation, "L0H0"), "sufficiency");
                assertRefuted(verdict(model, repetitions(), ablation, "L0H0 L1H0 L1H3"), "minimality");
                assertRefuted(verdict(model, repetitions(), ablation, "L0H1 L1H1"), "sufficiency", "necessity", "null");
            }
        }
    }

    // -- a name mover with a backup: L0H0 marks the name after "say", L1H0 moves it to the end; L2H0 does, if nobody
    // did --

    private static final int SAY = NAMES.length;

    /** The feature of a word that "say" stands before. */
    private static final int SAID = WORDS.length + SAY;

    private static final int AT_START = 2 * WORDS.length;

    private static PlantedModel backup() {
        PlantedModel model = model(3, 12)
                .attendsToTheWordBefore(0, 0)
                .attendsAlways(1, 0, 0, SAID, 1)
                .attendsAlways(2, 0, 0, SAID, 1)
                .attendsAlways(2, 0, 1, AT_START, 0.5); // where it rests
        model.moves(0, 0, 0, model.word(SAY), model.wordBefore(SAY), 1);
        for (int w = 0; w < NAMES.length; w++) {
            model.moves(1, 0, w, model.word(w), model.word(w), 1)
                    .attends(2, 0, 2 + w, model.word(w), model.wordBefore(SAY), -2)
                    .moves(2, 0, w, model.word(w), model.word(w), 1);
        }
        return model;
    }

    private static List<PromptExample> orders() {
        List<PromptExample> examples = new ArrayList<>();
        for (int i = 0; i < NAMES.length; i++) {
            String said = "say " + name(i);
            String other = "now " + name(i + 1);
            examples.add(PromptExample.of(START + said + " " + other + " ?", name(i), name(i + 1)));
            examples.add(PromptExample.of(START + other + " " + said + " ?", name(i), name(i + 1)));
        }
        return examples;
    }

    @Test
    void aBackupIsFoundAndBelongsToTheCircuit() {
        try (LanguageModel model = Fixtures.load(backup().write(folder))) {
            CircuitVerdict without = verdict(model, orders(), Ablation.Value.ZERO, "L0H0 L1H0");
            // taken out together, they are needed; without the mover alone, the model still answers and the circuit
            // doesn't
            assertRefuted(without, "completeness");
            assertThat(without.sufficiency().ratioOfMeans()).isCloseTo(1, within(0.01));
            assertThat(component(without, "L1H0").vote()).isCloseTo(2, within(0.01));
            assertThat(component(without, "L1H0").effect()).isCloseTo(0, within(0.01));
            CircuitVerdict.SelfRepair repair = without.selfRepair().get(1);
            assertThat(repair.name()).isEqualTo("L1H0");
            assertThat(repair.steppedIn().getFirst().name()).isEqualTo("L2H0");
            assertThat(repair.steppedIn().getFirst().change()).isCloseTo(2, within(0.01));
            assertThat(repair.steppedIn().getFirst().norm()).isCloseTo(0, within(0.01));

            assertSupported(verdict(model, orders(), Ablation.Value.ZERO, "L0H0 L1H0 L2H0"));
            // a mean over names still says that some name has been moved, and the backup rests
            assertSupported(verdict(model, orders(), Ablation.Value.MEAN, "L0H0 L1H0"));
        }
    }

    // -- a head whose output a later one erases: L0H0 votes in vain, L1H1 moves the name, L1H0 takes away what L0H0
    // wrote --

    private static PlantedModel erased() {
        PlantedModel model = model(2, 4).attendsToTheWordBefore(0, 0).attendsToTheWordBefore(1, 1);
        for (int p = 0; p < 3; p++) {
            model.attends(1, 0, p, model.position(p), model.position(p), 1);
        }
        for (int w = 0; w < NAMES.length; w++) {
            model.moves(0, 0, w, model.word(w), model.word(w), 0.5)
                    .moves(1, 0, w, model.word(w), model.word(w), -1)
                    .moves(1, 1, w, model.word(w), model.word(w), 1);
        }
        return model;
    }

    @Test
    void anErasedHeadIsNotCredited() {
        List<PromptExample> examples = new ArrayList<>();
        for (int i = 0; i < NAMES.length; i++) {
            examples.add(PromptExample.of("say " + name(i) + " ?", name(i), name(i + 1)));
        }
        try (LanguageModel model = Fixtures.load(erased().write(folder))) {
            for (Ablation.Value ablation : Ablation.Value.values()) {
                assertSupported(verdict(model, examples, ablation, "L1H1"));
                // resampled, it moves another prompt's name, which may be this one's foil
                double lost = ablation == Ablation.Value.RESAMPLE ? 0.4 : 0.01;

                CircuitVerdict credited = verdict(model, examples, ablation, "L0H0 L1H1");
                assertRefuted(credited, "sufficiency");
                assertThat(component(credited, "L0H0").vote()).isCloseTo(1, within(0.01));
                assertThat(component(credited, "L0H0").effect()).isCloseTo(0, within(0.01));
                assertThat(component(credited, "L1H1").effect()).isCloseTo(2, within(lost));
                assertThat(credited.accounting().share()).isCloseTo(1.5, within(0.01));
                assertThat(credited.accounting().negativeTotal()).isCloseTo(-1, within(0.01));
                assertThat(credited.accounting().negativeCovered()).isCloseTo(0, within(0.01));

                assertRefuted(verdict(model, examples, ablation, "L0H0"), "sufficiency", "necessity");
            }
        }
    }
}
