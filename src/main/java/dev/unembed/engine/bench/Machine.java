package dev.unembed.engine.bench;

import ai.djl.engine.Engine;
import dev.unembed.engine.tensor.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the figures were measured on. */
final class Machine {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");
    private static final List<String> VECTORS = List.of("avx2", "avx512f", "avx512_bf16", "amx_bf16");

    private Machine() {}

    /** One line of text. */
    static String describe() {
        return "%s, %d cores (%d used by a run; %s), Java %s, libtorch %s, %s %s"
                .formatted(
                        cpuLine("model name").orElse(System.getProperty("os.arch")),
                        Runtime.getRuntime().availableProcessors(),
                        Torch.cores(),
                        cpuLine("flags").map(Machine::vectors).orElse("vectors unknown"),
                        System.getProperty("java.version"),
                        Engine.getEngine("PyTorch").getVersion(),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"));
    }

    private static String vectors(String flags) {
        List<String> has = List.of(flags.split(" "));
        return String.join(", ", VECTORS.stream().filter(has::contains).toList());
    }

    private static Optional<String> cpuLine(String key) {
        try (Stream<String> lines = Files.lines(CPUINFO)) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty(); // not Linux
        }
    }
}
