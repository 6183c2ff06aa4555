package dev.unembed.engine.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process holds in memory, as Linux counts it. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESET = Path.of("/proc/self/clear_refs");
    private static final long UNKNOWN = -1;

    private ResidentMemory() {}

    /**
     * The highest it was during some work, above what it was before. The work must have run before, so that mapped weights
     * and the libraries' own buffers are resident already.
     *
     * @return bytes; negative where the system doesn't tell
     */
    static long peakAbove(Runnable work) {
        System.gc(); // the heap's garbage isn't what the work needs
        try {
            Files.writeString(RESET, "5"); // the high-water mark begins anew
        } catch (IOException e) {
            work.run();
            return UNKNOWN;
        }
        long before = kilobytes("VmRSS:");
        work.run();
        long peak = kilobytes("VmHWM:");
        return before < 0 || peak < 0 ? UNKNOWN : Math.max(0, peak - before) << 10;
    }

    private static long kilobytes(String field) {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(UNKNOWN);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
