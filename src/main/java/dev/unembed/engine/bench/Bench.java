package dev.unembed.engine.bench;

import dev.unembed.engine.bench.Measured.Spread;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Prints the engine's speed and memory as a Markdown table: {@code ./unembed bench [--rounds n] [--models folder] [names…]}.
 *
 * <p>The middle of the rounds is told, and in brackets where the middle half of them lies.
 */
public final class Bench {
    private static final int ROUNDS = 7;
    private static final List<Benchmark> ALL = List.of(
            new ForwardBench(),
            new LensBench(),
            new AttributionBench(),
            new PatchingBench(),
            new AblationBench(),
            new LoadBench());

    private final PrintStream out;

    private Bench(PrintStream out) {
        this.out = out;
    }

    public static void main(String... args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Options options;
        try {
            options = Options.of(args, Optional.ofNullable(System.getenv("UNEMBED_MODELS")));
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            System.exit(2);
            return;
        }
        new Bench(out).run(options);
    }

    private void run(Options options) {
        try (BenchModels models = new BenchModels(options.models())) {
            out.println("Measured on: " + Machine.describe() + ". " + options.rounds() + " rounds in turns.");
            out.println();
            out.println(
                    "| batch | what | wall | CPU | × the first, wall | × the first, CPU | peak above the weights |");
            out.println("|---|---|---|---|---|---|---|");
            List<String> targets = new ArrayList<>();
            for (Benchmark benchmark : options.chosen()) {
                for (Contest contest : benchmark.contests(models)) {
                    Measured measured = Measured.of(contest, options.rounds());
                    print(measured);
                    contest.targets().forEach(target -> targets.add(line(target, measured.figure(target))));
                }
            }
            out.println();
            targets.forEach(out::println);
        }
    }

    private void print(Measured measured) {
        Contest contest = measured.contest();
        for (int c = 0; c < contest.contenders().size(); c++) {
            out.println("| %s | %s | %s | %s | %s | %s | %s |"
                    .formatted(
                            c == 0 ? contest.title() : "",
                            contest.contenders().get(c).name(),
                            milliseconds(measured.wall(c)),
                            milliseconds(measured.cpu(c)),
                            c == 0 ? "1" : number(measured.ratio(measured.wall(), c)),
                            c == 0 ? "1" : number(measured.ratio(measured.cpu(), c)),
                            megabytes(measured.peakBytes()[c])));
        }
    }

    private static String line(Contest.Target target, Spread figure) {
        return "- %s (CPU): %s; at most %s".formatted(target.sentence(), number(figure), target.atMost());
    }

    private static String milliseconds(Spread seconds) {
        return String.format(
                Locale.ROOT, "%.0f ms (%.0f–%.0f)", 1e3 * seconds.median(), 1e3 * seconds.low(), 1e3 * seconds.high());
    }

    private static String number(Spread spread) {
        return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", spread.median(), spread.low(), spread.high());
    }

    private static String megabytes(long bytes) {
        return bytes < 0 ? "unknown" : String.format(Locale.ROOT, "%.0f MB", bytes / 1e6);
    }

    /**
     * @param models a folder with one sub-folder per model
     * @param chosen in the order of the table
     */
    record Options(int rounds, Optional<Path> models, List<Benchmark> chosen) {
        /** @throws IllegalArgumentException saying what is known */
        static Options of(String[] args, Optional<String> modelsOfEnvironment) {
            int rounds = ROUNDS;
            Optional<Path> models = modelsOfEnvironment.map(Path::of);
            List<String> names = new ArrayList<>();
            for (int i = 0; i < args.length; i++) {
                switch (args[i]) {
                    case "--rounds" -> rounds = rounds(value(args, ++i));
                    case "--models" -> models = Optional.of(Path.of(value(args, ++i)));
                    default -> names.add(args[i]);
                }
            }
            List<String> known = ALL.stream().map(Benchmark::name).toList();
            for (String name : names) {
                if (!known.contains(name)) {
                    throw new IllegalArgumentException("There is no benchmark '" + name + "'; known are "
                            + String.join(", ", known) + ", and the options --rounds n and --models folder.");
                }
            }
            return new Options(
                    rounds,
                    models,
                    ALL.stream()
                            .filter(b -> names.isEmpty() || names.contains(b.name()))
                            .toList());
        }

        private static String value(String[] args, int i) {
            if (i >= args.length) {
                throw new IllegalArgumentException(args[i - 1] + " needs a value.");
            }
            return args[i];
        }

        private static int rounds(String text) {
            if (!text.matches("[1-9]\\d{0,3}")) {
                throw new IllegalArgumentException("--rounds is '" + text + "'; expected a number from 1 to 9999.");
            }
            return Integer.parseInt(text);
        }
    }
}
