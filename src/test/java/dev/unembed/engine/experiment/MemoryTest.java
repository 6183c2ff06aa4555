package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unembed.engine.Fixtures;
import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.NativeMemory;
import dev.unembed.engine.circuit.Circuit;
import dev.unembed.engine.experiment.LensReading.Params;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.transformer.LanguageModel;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Native memory is invisible to the garbage collector: what a run leaves behind stays. */
class MemoryTest {
    private static final long MEGABYTE = 1 << 20;

    @BeforeEach
    void memoryIsCounted() {
        Assumptions.assumeTrue(NativeMemory.isCounted(), "native memory is counted with glibc only");
    }

    @Test
    void lensReadingsLeaveNothingBehind() {
        LensReading lens = new LensReading();
        Params params = Params.of("The capital of Australia is", null, null, 10, List.of(" Sydney"), true, null, null);
        // one run has 40 kB of streams and 600 kB of logits: either of them kept would be 8 MB and more
        assertLeavesNothingBehind(context -> lens.run(params, context), 6 * MEGABYTE);
    }

    @Test
    void attributionsLeaveNothingBehind() {
        LogitAttribution attribution = new LogitAttribution();
        LogitAttribution.Params params = LogitAttribution.Params.ofExamples(
                Collections.nCopies(16, PromptExample.of("The capital of Australia is", " Canberra", " Sydney")));
        // one run has 120 kB of logits and 32 kB for the neurons of each block: either of them kept would be 6 MB and
        // more
        assertLeavesNothingBehind(context -> attribution.run(params, context), 4 * MEGABYTE);
    }

    @Test
    void patchingLeavesNothingBehind() {
        Patching patching = new Patching();
        Patching.Params params = Patching.Params.of(contrary(), null, null, null, null, "END");
        // one run keeps 100 kB of streams, keys and values of each of its two passes, and makes some more for every
        // layer
        assertLeavesNothingBehind(context -> patching.run(params, context), 4 * MEGABYTE);
    }

    @Test
    void circuitTestsLeaveNothingBehind() {
        CircuitTest test = new CircuitTest();
        CircuitTest.Params params = CircuitTest.Params.of(
                contrary(),
                null,
                null,
                Circuit.parse("L5H1, L4H3").nodes(),
                null,
                null,
                null,
                null,
                null,
                2,
                false,
                null,
                null,
                null);
        assertLeavesNothingBehind(context -> test.run(params, context), 4 * MEGABYTE);
    }

    private static List<PromptExample> contrary() {
        String france = "The capital of France is";
        String italy = "The capital of Italy is";
        return List.of(
                PromptExample.of(france, " Paris", " Rome").withCorrupted(italy),
                PromptExample.of(italy, " Rome", " Paris").withCorrupted(france));
    }

    private static void assertLeavesNothingBehind(Consumer<RecordingContext> run, long bytes) {
        try (LanguageModel model = Fixtures.load(Fixtures.demo())) {
            for (int i = 0; i < 50; i++) { // until most is compiled
                run.accept(new RecordingContext(model));
            }
            long before = NativeMemory.bytesInUse();
            for (int i = 0; i < 200; i++) {
                run.accept(new RecordingContext(model));
            }
            long limit = before + bytes;
            assertThat(NativeMemory.bytesInUseAfterCollecting(limit)).isLessThanOrEqualTo(limit);
        }
    }

    @Test
    void loadingAndClosingLeavesNothingBehind() {
        for (int i = 0; i < 5; i++) {
            Fixtures.load(Fixtures.demo()).close();
        }
        long before = NativeMemory.bytesInUseAfterCollecting(0);
        for (int i = 0; i < 20; i++) {
            Fixtures.load(Fixtures.demo()).close(); // 5.8 MB of weights each
        }
        long limit = before + 10 * MEGABYTE;
        assertThat(NativeMemory.bytesInUseAfterCollecting(limit)).isLessThanOrEqualTo(limit);
    }
}
