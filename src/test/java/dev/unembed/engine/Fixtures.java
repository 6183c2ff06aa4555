package dev.unembed.engine;

import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.experiment.ExperimentContext;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.safetensors.TensorInfo;
import dev.unembed.engine.transformer.LanguageModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Model folders of the tests. */
public final class Fixtures {
    public static final List<String> TINY = List.of(
            "gpt2",
            "llama",
            "llama3",
            "mistral",
            "qwen2",
            "qwen3",
            "gemma2",
            "gemma3",
            "olmo2",
            "gpt_neox",
            "gpt_neox_seq",
            "gptj",
            "phi",
            "opt",
            "bloom",
            "falcon",
            "falcon_new",
            "falcon_rw");

    /** Those of the tiny models whose references have the whole distributions of the lens. */
    public static final List<String> TINY_WITH_LENS = List.of("gpt2", "llama", "llama3");

    private Fixtures() {}

    /** A tiny seeded model with its reference activations. */
    public static Path tiny(String name) {
        return Path.of("src/test/resources/fixtures", name);
    }

    /** The model that the product brings along. */
    public static Path demo() {
        return Path.of("src/main/models/demo");
    }

    public static Path demoReference() {
        return Path.of("src/test/resources/fixtures/demo/reference.json");
    }

    /** A real model outside the project, where there is one. */
    public static Optional<Path> shared(String model) {
        return outside(Path.of("models", model));
    }

    /** The whole references of the tiny models and whatever more there are, outside the project; none where absent. */
    public static List<Path> oracle() {
        Optional<Path> root = outside(Path.of("oracle"));
        if (root.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(root.get())) {
            return folders.filter(f -> Files.isRegularFile(f.resolve("reference.safetensors")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> outside(Path path) {
        String configured = System.getenv("UNEMBED_SHARED");
        return Stream.of(configured == null ? "../shared" : configured, "../shared")
                .map(root -> Path.of(root).resolve(path))
                .filter(Files::isDirectory)
                .findFirst();
    }

    /** A copy that a test may damage. */
    public static Path copy(Path folder, Path into) {
        try (Stream<Path> files = Files.list(folder)) {
            Files.createDirectories(into);
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, into.resolve(file.getFileName().toString()));
            }
            return into;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the first number of a tensor NaN, in a copy. */
    public static void poison(Path folder, String tensor) {
        try {
            Path path = folder.resolve("model.safetensors");
            byte[] file = Files.readAllBytes(path);
            SafetensorsFile tensors = SafetensorsFile.of("x", file);
            TensorInfo info = tensors.tensor(tensor);
            long data = file.length
                    - tensors.tensors().values().stream()
                            .mapToLong(TensorInfo::bytes)
                            .sum();
            ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
            int place = Math.toIntExact(data + info.begin());
            switch (info.dtype()) {
                case F32 -> bytes.putFloat(place, Float.NaN);
                case F16 -> bytes.putShort(place, Float.floatToFloat16(Float.NaN));
                default -> throw new IllegalArgumentException(tensor + " is " + info.dtype());
            }
            Files.write(path, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static LanguageModel load(Path folder) {
        return ModelFolder.open(folder).load();
    }

    /** Remembers what was reported; stops the run after so many reports if told to. */
    public static final class RecordingContext implements ExperimentContext {
        public final List<Long> done = new ArrayList<>();
        public long total;
        private final LanguageModel model;
        private final int stopAfter;
        private @Nullable RuntimeException stop;

        public RecordingContext(LanguageModel model) {
            this(model, Integer.MAX_VALUE);
        }

        public RecordingContext(LanguageModel model, int stopAfter) {
            this.model = model;
            this.stopAfter = stopAfter;
        }

        @Override
        public LanguageModel model() {
            return model;
        }

        @Override
        public void progress(long done, long total) {
            this.done.add(done);
            this.total = total;
            if (this.done.size() > stopAfter) {
                stop = new dev.unembed.engine.experiment.RunStopped("cancelled by the test");
                throw stop;
            }
        }

        @Override
        public long seed() {
            return 0;
        }
    }
}
