package dev.unembed.engine.bench;

import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.safetensors.Dtype;
import dev.unembed.engine.transformer.LanguageModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** Models to measure with: a random one made on the fly, and real ones where a folder of them is given. */
final class BenchModels implements AutoCloseable {
    private static final String SMOL_LM2 = "smollm2-135m-instruct";

    private final Path folder;
    private final Optional<Path> given;
    private final Map<Path, LanguageModel> loaded = new LinkedHashMap<>();

    /** @param given a folder with one sub-folder per model, if there is one */
    BenchModels(Optional<Path> given) {
        this.given = given;
        try {
            folder = Files.createTempDirectory("unembed-bench");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LanguageModel gpt2Small() {
        return load(gpt2Folder(Dtype.F32));
    }

    Optional<LanguageModel> smolLm2() {
        return smolLm2Folder().map(this::load);
    }

    Optional<Path> smolLm2Folder() {
        return given.map(f -> f.resolve(SMOL_LM2)).filter(Files::isDirectory);
    }

    /** Written the first time. */
    Path gpt2Folder(Dtype dtype) {
        Path path = folder.resolve("gpt2-small-" + dtype);
        if (!Files.exists(path)) {
            try {
                new RandomGpt2(dtype).write(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return path;
    }

    private LanguageModel load(Path path) {
        return loaded.computeIfAbsent(path, p -> ModelFolder.open(p).load());
    }

    /** The same contest on every model that is at hand. */
    List<Contest> contests(BiFunction<String, LanguageModel, Contest> contest) {
        List<Contest> contests = new ArrayList<>();
        contests.add(contest.apply("GPT-2-small", gpt2Small()));
        smolLm2().ifPresent(model -> contests.add(contest.apply("SmolLM2-135M", model)));
        return contests;
    }

    /** Random prompts of equal length, the same every time. @return [batch pos] */
    static int[][] prompts(LanguageModel model, int batch, int positions) {
        SplittableRandom random = new SplittableRandom(1);
        int[][] ids = new int[batch][];
        for (int prompt = 0; prompt < batch; prompt++) {
            ids[prompt] = random.ints(
                            positions, 0, model.transformer().blueprint().dVocab())
                    .toArray();
        }
        return ids;
    }

    @Override
    public void close() {
        loaded.values().forEach(LanguageModel::close);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
