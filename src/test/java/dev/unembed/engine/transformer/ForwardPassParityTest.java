package dev.unembed.engine.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.unembed.engine.Fixtures;
import dev.unembed.engine.lens.Lens;
import dev.unembed.engine.lens.LensQuestion;
import dev.unembed.engine.lens.LensStatistics;
import dev.unembed.engine.lens.ResidualStreams;
import dev.unembed.engine.lens.VocabularySweep;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.transformer.HookPoint.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Against float64 references of the families' original implementations. */
class ForwardPassParityTest {
    private static final double TOLERANCE = 1e-4;

    static final java.util.List<String> TINY = Fixtures.TINY;

    @ParameterizedTest
    @FieldSource("TINY")
    void everyHookAndTheLogitsEqualTheReference(String name) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(name))) {
            assertParity(Fixtures.tiny(name), model);
        }
    }

    @ParameterizedTest
    @FieldSource("TINY")
    void theOlderSpellingOfTheConfigGivesTheSameModel(String name, @TempDir Path temp) throws Exception {
        Path folder = Fixtures.copy(Fixtures.tiny(name), temp.resolve(name));
        Files.move(
                folder.resolve("config_legacy.json"),
                folder.resolve("config.json"),
                StandardCopyOption.REPLACE_EXISTING);
        try (LanguageModel model = Fixtures.load(folder)) {
            assertParity(Fixtures.tiny(name), model);
        }
    }

    /** With attention patterns and the lens, which the project's own copies of most references leave out for their size. */
    @TestFactory
    Stream<DynamicTest> everyWholeReferenceOutsideTheProjectIsMet(@TempDir Path temp) {
        assumeFalse(
                Fixtures.oracle().isEmpty(),
                "The whole references aren't at hand: set UNEMBED_SHARED to the folder above oracle");
        return Fixtures.oracle().stream()
                .flatMap(folder -> Stream.of("config.json", "config_legacy.json")
                        .map(config -> DynamicTest.dynamicTest(
                                folder.getFileName() + " " + config, () -> assertWholeParity(folder, config, temp))));
    }

    private static void assertWholeParity(Path folder, String config, Path temp) throws IOException {
        Path copy = Fixtures.copy(folder, Files.createTempDirectory(temp, "oracle"));
        Files.copy(folder.resolve(config), copy.resolve("config.json"), StandardCopyOption.REPLACE_EXISTING);
        try (LanguageModel model = Fixtures.load(copy)) {
            assertParity(folder, model);
            assertLensParity(folder, model.transformer());
        }
    }

    private static void assertLensParity(Path folder, Transformer transformer) {
        SafetensorsFile reference = SafetensorsFile.open(folder.resolve("reference.safetensors"));
        double[] expected = reference.doubles("lens_logprobs"); // [row batch pos d_vocab]
        int[][] ids = batch(reference);
        int vocabulary = transformer.blueprint().dVocab();
        int positions = ids[0].length;
        int rows = transformer.blueprint().layers() + 1;
        int[] all = IntStream.range(0, vocabulary).toArray();
        for (int prompt = 0; prompt < ids.length; prompt++) {
            try (TensorScope scope = new TensorScope()) {
                ResidualStreams streams = new ResidualStreams(transformer, ids[prompt], false, scope, new Meter(1));
                LensStatistics lens = VocabularySweep.run(
                        new LensQuestion(transformer, new Lens.Logit(), streams.rows(), 1, all),
                        new Meter(1),
                        VocabularySweep.Settings.standard());
                for (int row = 0; row < rows; row++) {
                    for (int cell = 0; cell < positions * vocabulary; cell++) {
                        int position = cell / vocabulary;
                        int token = cell % vocabulary;
                        double own = lens.trackedLogProbs()[(token * rows + row) * positions + position];
                        double original = expected[(row * ids.length + prompt) * positions * vocabulary + cell];
                        if (!(Math.abs(own - original) <= TOLERANCE)) {
                            fail(
                                    "%s: the lens at row %d, position %d, token %d differs by %.2e",
                                    folder.getFileName(), row, position, token, own - original);
                        }
                    }
                }
            }
        }
    }

    private static void assertParity(Path folder, LanguageModel model) {
        String name = folder.getFileName().toString();
        SafetensorsFile reference = SafetensorsFile.open(folder.resolve("reference.safetensors"));
        Transformer transformer = model.transformer();
        int layers = transformer.blueprint().layers();
        int[][] ids = batch(reference);
        // in the order of the pass, so that the first that differs is where it went wrong
        Map<HookPoint, double[]> expected = new LinkedHashMap<>();
        for (int l = 0; l < layers; l++) {
            expected.put(HookPoint.at(Site.RESID_PRE, l), layer(reference, "resid", l, layers + 1));
            if (reference.tensors().containsKey("pattern")) {
                expected.put(HookPoint.at(Site.PATTERN, l), layer(reference, "pattern", l, layers));
            }
            expected.put(HookPoint.at(Site.Z, l), layer(reference, "z", l, layers));
            expected.put(HookPoint.at(Site.ATTN_OUT, l), layer(reference, "attn_out", l, layers));
            expected.put(HookPoint.at(Site.MLP_OUT, l), layer(reference, "mlp_out", l, layers));
            expected.put(HookPoint.at(Site.RESID_POST, l), layer(reference, "resid", l + 1, layers + 1));
        }
        ForwardPass pass = transformer.forward(ids, Hooks.none().capture(expected.keySet()));
        expected.forEach((point, values) -> {
            double difference = difference(values, pass.cache().get(point).values());
            if (!(difference <= TOLERANCE)) {
                fail("%s: %s is the first hook that differs, by %.2e", name, point, difference);
            }
        });
        assertThat(difference(reference.doubles("logits"), pass.logits()))
                .as("logits")
                .isLessThan(TOLERANCE);
        // without captures attention takes another path
        assertThat(difference(
                        reference.doubles("logits"),
                        transformer.forward(ids, Hooks.none()).logits()))
                .as("logits with nothing captured")
                .isLessThan(TOLERANCE);
    }

    static int[][] batch(SafetensorsFile reference) {
        int[] flat = reference.ints("input_ids");
        int prompts = reference.tensor("input_ids").shape().getFirst().intValue();
        int[][] ids = new int[prompts][];
        for (int i = 0; i < prompts; i++) {
            ids[i] = Arrays.copyOfRange(flat, i * flat.length / prompts, (i + 1) * flat.length / prompts);
        }
        return ids;
    }

    private static double[] layer(SafetensorsFile reference, String tensor, int layer, int layers) {
        double[] all = reference.doubles(tensor);
        int size = all.length / layers;
        return Arrays.copyOfRange(all, layer * size, (layer + 1) * size);
    }

    private static double difference(double[] expected, float[] actual) {
        assertThat(actual).hasSize(expected.length);
        double max = 0;
        for (int i = 0; i < expected.length; i++) {
            max = Math.max(max, Math.abs(expected[i] - actual[i]));
        }
        return max;
    }
}
