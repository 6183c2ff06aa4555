package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unembed.engine.Fixtures;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.architecture.ModelFolder.Residence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a run says that it needs, against what it takes: enough, and not absurdly much. */
class MemoryEstimateTest {
    private static final long MEGABYTE = 1L << 20;

    @BeforeEach
    void memoryIsMeasurable() {
        Assumptions.assumeTrue(MeasuredRuns.isMeasurable(), "a process's peak of memory is known on Linux only");
    }

    @Test
    void everyKindStaysBelowItsEstimate() throws IOException, InterruptedException {
        assertEnough(Kinds.all(), Fixtures.demo(), Residence.RESIDENT, asked(120, 100, 20));
    }

    @Test
    void aLensInBf16DoesToo() throws IOException, InterruptedException {
        Map<String, String> values = asked(120, 2, 0);
        values.put("precision", "\"bf16\"");
        assertEnough(List.of(new LensReading()), Fixtures.demo(), Residence.RESIDENT, values);
    }

    @Test
    void aStreamedModelsRunsDoToo() throws IOException, InterruptedException {
        assertEnough(Kinds.all(), Fixtures.demo(), Residence.STREAMED, asked(120, 20, 5));
    }

    @Test
    void theLargestModelsRunsDoToo() throws IOException, InterruptedException {
        Optional<Path> folder = Fixtures.shared("smollm2-135m-instruct");
        Assumptions.assumeTrue(folder.isPresent(), "the real model lies outside the project and isn't there");
        // testing a circuit takes a minute there and allocates nothing that patching doesn't
        List<Experiment<?, ?>> quick = Kinds.all().stream()
                .filter(kind -> !(kind instanceof CircuitTest))
                .toList();
        assertEnough(quick, folder.orElseThrow(), Residence.RESIDENT, asked(200, 4, 0));
    }

    /** Native memory is invisible to the garbage collector: what a run leaves behind stays. */
    @Test
    void twoHundredRunsLeaveNothingBehind() throws IOException, InterruptedException {
        MeasuredRuns.Growth growth = MeasuredRuns.growth(40, 8);
        assertThat(growth.runs()).isGreaterThanOrEqualTo(200);
        assertThat(growth.residentBytes()).as("growth of resident memory").isLessThan(60 * MEGABYTE);
        assertThat(growth.allocatedBytes())
                .as("what C code has allocated and not freed")
                .isLessThan(2 * MEGABYTE);
    }

    /** @param words of a prompt @param examples of a set */
    static Map<String, String> asked(int words, int examples, int randomCircuits) {
        Map<String, String> values = new HashMap<>(Kinds.SAMPLES);
        String pair =
                java.util.Objects.requireNonNull(values.get("examples")).strip().replaceAll("^\\[|]$", "");
        values.put(
                "examples",
                IntStream.range(0, examples / 2).mapToObj(i -> pair).collect(Collectors.joining(",", "[", "]")));
        values.put(
                "prompt", "\"" + "The capital of France is ".repeat(words / 5).strip() + "\"");
        values.put("randomCircuits", String.valueOf(randomCircuits));
        values.put("sublayers", "true");
        values.put("track", "[\" Paris\", \" Berlin\"]");
        return values;
    }

    private static void assertEnough(
            List<Experiment<?, ?>> kinds, Path path, Residence residence, Map<String, String> values)
            throws IOException, InterruptedException {
        ModelFolder folder = ModelFolder.open(path);
        Map<String, Long> peaks = MeasuredRuns.peaks(
                path, residence, kinds.stream().collect(Collectors.toMap(Experiment::kind, kind -> values)));
        for (Experiment<?, ?> kind : kinds) {
            long estimate = Kinds.memoryBytes(kind, values, folder)
                    + (residence == Residence.STREAMED ? folder.streamedBytes() : 0);
            long peak = peaks.getOrDefault(kind.kind(), Long.MAX_VALUE);
            assertThat(peak)
                    .as("peak of %s, estimated %d", kind.kind(), estimate)
                    .isLessThanOrEqualTo(estimate);
            assertThat(estimate)
                    .as("estimate of %s, peak %d", kind.kind(), peak)
                    .isLessThanOrEqualTo(8 * peak + 200 * MEGABYTE);
        }
    }
}
