package dev.unembed.engine.experiment;

import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.architecture.ModelFolder.Residence;
import dev.unembed.engine.transformer.LanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** A lens run in a process of its own, which says how much memory it took: a process that has done more can't tell. */
public final class StreamedLens {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path PEAK_RESET = Path.of("/proc/self/clear_refs");

    private StreamedLens() {}

    /** @param millis of the run and the loading before it @param bytes of memory at the peak, above what the process had before */
    record Cost(long millis, long bytes) {}

    static boolean isMeasurable() {
        return Files.isWritable(PEAK_RESET);
    }

    /** @param heapMegabytes of the process's Java heap, at most */
    static Cost inOwnProcess(Path warmUp, Path folder, Residence residence, int positions, int heapMegabytes)
            throws IOException, InterruptedException {
        String said = OwnProcess.run(
                StreamedLens.class,
                List.of("-Xmx" + heapMegabytes + "m"),
                warmUp.toString(),
                folder.toString(),
                residence.name(),
                String.valueOf(positions));
        String[] figures =
                said.lines().reduce((first, second) -> second).orElseThrow().split(" ");
        return new Cost(Long.parseLong(figures[0]), Long.parseLong(figures[1]));
    }

    /** warm-up model, model, residence, positions; prints milliseconds and bytes. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws IOException {
        Residence residence = Residence.valueOf(arguments[2]);
        int positions = Integer.parseInt(arguments[3]);
        try (LanguageModel small = ModelFolder.open(Path.of(arguments[0])).load()) {
            read(small, 8); // the native library and the classes are there from now on
        }
        System.gc();
        long before = kilobytes("VmRSS");
        Files.writeString(PEAK_RESET, "5");
        long start = System.nanoTime();
        try (LanguageModel model = ModelFolder.open(Path.of(arguments[1])).load(residence, (done, total) -> {})) {
            read(model, positions);
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        System.out.println(millis + " " + (kilobytes("VmHWM") - before) * 1024);
    }

    private static void read(LanguageModel model, int positions) {
        List<Integer> ids =
                IntStream.range(0, positions).mapToObj(i -> 3 + 7 * i % 100).toList();
        new LensReading()
                .run(LensReading.Params.of(null, ids, null, 10, null, null, null, null), new RecordingContext(model));
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
