package dev.unembed.worker;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory the machine, or the container, has and could give. */
final class MachineMemory {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private MachineMemory() {}

    /** Bytes; a container's limit where there is one. */
    static long total() {
        return SYSTEM.getTotalMemorySize();
    }

    /**
     * Bytes that new allocations can have without swapping. The kernel's own estimate, which counts what it only caches:
     * mapped weights fill the cache, so merely free memory says too little.
     */
    static long available() {
        try {
            for (String line : Files.readAllLines(MEMINFO)) {
                if (line.startsWith("MemAvailable:")) {
                    String kilobytes = line.replaceAll("[^0-9]", "");
                    return Math.min(Long.parseLong(kilobytes) * 1024, total());
                }
            }
        } catch (IOException e) {
            // no Linux: what the JVM knows must do
            return SYSTEM.getFreeMemorySize();
        }
        return SYSTEM.getFreeMemorySize();
    }
}
