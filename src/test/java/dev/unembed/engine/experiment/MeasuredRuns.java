package dev.unembed.engine.experiment;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.NativeMemory;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.transformer.LanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs in a process of their own, which says how much memory each took at its peak. The Java heap is there from the start,
 * touched and of a fixed size, so what comes on top is native.
 */
public final class MeasuredRuns {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path PEAK_RESET = Path.of("/proc/self/clear_refs");
    private static final ObjectMapper JSON = new ObjectMapper();

    private MeasuredRuns() {}

    static boolean isMeasurable() {
        return Files.isWritable(PEAK_RESET);
    }

    /** @param values of the parameters, by kind and name @return bytes by kind */
    static Map<String, Long> peaks(
            Path folder, ModelFolder.Residence residence, Map<String, Map<String, String>> values)
            throws IOException, InterruptedException {
        Path asked = Files.createTempFile("asked", ".json");
        try {
            Files.writeString(asked, JSON.writeValueAsString(values));
            Map<String, Long> peaks = new LinkedHashMap<>();
            inOwnProcess("peaks", folder.toString(), residence.name(), asked.toString())
                    .forEach((kind, figures) -> peaks.put(kind, figures[0]));
            return peaks;
        } finally {
            Files.delete(asked);
        }
    }

    /** @param allocatedBytes as the C library counts them; 0 where it doesn't */
    record Growth(long runs, long residentBytes, long allocatedBytes) {}

    /**
     * Runs every kind so many times on the demo model.
     *
     * @param warmUp rounds before, until everything is compiled and every buffer there
     */
    static Growth growth(int rounds, int warmUp) throws IOException, InterruptedException {
        long[] figures = inOwnProcess("growth", String.valueOf(rounds), String.valueOf(warmUp))
                .getOrDefault("growth", new long[3]);
        return new Growth(figures[0], figures[1], figures[2]);
    }

    /** @return the figures of every line it said, by their name */
    private static Map<String, long[]> inOwnProcess(String... arguments) throws IOException, InterruptedException {
        String said =
                OwnProcess.run(MeasuredRuns.class, List.of("-Xms192m", "-Xmx192m", "-XX:+AlwaysPreTouch"), arguments);
        Map<String, long[]> figures = new LinkedHashMap<>();
        said.lines().filter(line -> line.matches("[a-z-]+( -?\\d+)+")).forEach(line -> {
            String[] words = line.split(" ");
            figures.put(
                    words[0],
                    Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray());
        });
        return figures;
    }

    /** What is measured, and its arguments; prints a name and figures, line by line. */
    public static void main(String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "peaks" ->
                printPeaks(Path.of(arguments[1]), ModelFolder.Residence.valueOf(arguments[2]), Path.of(arguments[3]));
            case "growth" -> printGrowth(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    @SuppressWarnings("SystemOut")
    private static void printGrowth(int rounds, int warmUp) throws IOException {
        List<Experiment<?, ?>> kinds = Kinds.all();
        Map<String, String> values = MemoryEstimateTest.asked(20, 4, 0);
        try (LanguageModel model = Fixtures.load(Fixtures.demo())) {
            run(kinds, values, model, warmUp);
            System.gc();
            long allocated = NativeMemory.isCounted() ? NativeMemory.bytesInUse() : 0;
            long resident = kilobytes("VmRSS");
            run(kinds, values, model, rounds);
            long limit = allocated + (1 << 20);
            long after = NativeMemory.isCounted() ? NativeMemory.bytesInUseAfterCollecting(limit) : 0;
            System.out.println("growth " + rounds * kinds.size() + " " + (kilobytes("VmRSS") - resident) * 1024 + " "
                    + (after - allocated));
        }
    }

    private static void run(List<Experiment<?, ?>> kinds, Map<String, String> values, LanguageModel model, int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (Experiment<?, ?> kind : kinds) {
                Kinds.run(kind, values, model);
            }
        }
    }

    @SuppressWarnings("SystemOut")
    private static void printPeaks(Path folder, ModelFolder.Residence residence, Path parameters) throws IOException {
        Map<String, Map<String, String>> asked = JSON.readValue(parameters.toFile(), new TypeReference<>() {});
        List<Experiment<?, ?>> kinds = Kinds.all();
        try (LanguageModel small = Fixtures.load(Fixtures.demo())) {
            run(kinds, Kinds.SAMPLES, small, 3); // the native library and the classes are there from now on
        }
        try (LanguageModel model = ModelFolder.open(folder).load(residence, (done, total) -> {})) {
            for (Experiment<?, ?> kind : kinds) {
                Map<String, String> values = asked.get(kind.kind());
                if (values != null) {
                    System.gc();
                    long before = kilobytes("VmRSS");
                    Files.writeString(PEAK_RESET, "5");
                    Kinds.run(kind, values, model);
                    System.out.println(kind.kind() + " " + (kilobytes("VmHWM") - before) * 1024);
                }
            }
        }
    }

    private static long kilobytes(String field) throws IOException {
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith(field + ":")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IllegalStateException(STATUS + " has no " + field);
    }
}
