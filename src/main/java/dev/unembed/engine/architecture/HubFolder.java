package dev.unembed.engine.architecture;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.tensor.Shapes;
import dev.unembed.engine.text.BosRule;
import dev.unembed.engine.text.Tokenizer;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Placement;
import dev.unembed.engine.transformer.TransformerWeights;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one kind of {@link ModelFolder} there is: as Hugging Face's library saves it. */
final class HubFolder implements ModelFolder {
    private static final List<String> DIGESTED =
            List.of("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors.index.json");

    private static final int MAX_LAYERS = 1000;

    private final Path path;
    private final Architecture architecture;
    private final Blueprint blueprint;
    private final WeightFiles files;
    private final TransformerWeights<StoredTensor> plan;
    private final Tokenizer tokenizer;
    private final Map<String, List<Long>> shapes;
    private @Nullable String digest;

    HubFolder(Path path) {
        if (!Files.isDirectory(path)) {
            throw new InvalidInput(path + " is not a folder.");
        }
        this.path = path.toAbsolutePath().normalize();
        HuggingFaceConfig config = HuggingFaceConfig.read(path);
        architecture = Architecture.of(config);
        blueprint = architecture.blueprint(config);
        if (blueprint.layers() > MAX_LAYERS) { // before a list of so many is made
            throw new InvalidInput(
                    "config.json: the model would have " + blueprint.layers() + " layers; at most " + MAX_LAYERS + ".");
        }
        files = WeightFiles.open(path);
        plan = architecture.weights(blueprint, config, files);
        shapes = new LinkedHashMap<>();
        plan.forEach(stored -> shapes.put(stored.name(), stored.fileShape()));
        files.require(shapes, architecture.ignored(blueprint, files));
        tokenizer = Tokenizer.open(
                path, blueprint.dVocab(), blueprint.nCtx(), config.tokenId("bos_token_id", BosRule.NONE));
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public String family() {
        return architecture.family();
    }

    @Override
    public Dimensions dimensions() {
        String dtype =
                files.tensor(plan.tokenEmbedding().name()).tensor().dtype().name();
        return new Dimensions(
                blueprint.layers(),
                blueprint.dModel(),
                blueprint.attention().nHeads(),
                blueprint.attention().nKvHeads(),
                blueprint.attention().dHead(),
                blueprint.mlp().dMlp(),
                blueprint.dVocab(),
                blueprint.nCtx(),
                parameters(),
                dtype);
    }

    @Override
    public Blueprint blueprint() {
        return blueprint;
    }

    private long parameters() {
        return shapes.values().stream()
                .mapToLong(s ->
                        Shapes.elements(s.stream().mapToLong(Long::longValue).toArray()))
                .sum();
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public String bosDescription() {
        BosRule bos = tokenizer.bos();
        if (!bos.known()) {
            return "none";
        }
        return tokenizer.text(bos.id()) + " (id " + bos.id() + "), "
                + (bos.prependedByDefault() ? "prepended" : "not prepended by default");
    }

    @Override
    public long weightBytes() {
        return files.bytes();
    }

    @Override
    public long memoryBytes() {
        return parameters() * Float.BYTES;
    }

    @Override
    public long streamedBytes() {
        return StreamedWeights.bytes(plan);
    }

    @Override
    public synchronized String digest() {
        if (digest == null) {
            digest = computeDigest();
        }
        return digest;
    }

    /** Names and lengths are part of it, so that no two different folders give the same bytes. */
    private String computeDigest() {
        List<Path> parts = new ArrayList<>();
        DIGESTED.stream().map(path::resolve).filter(Files::isRegularFile).forEach(parts::add);
        files.paths().stream().sorted().map(p -> path.resolve(p.getFileName())).forEach(parts::add);
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 20];
            for (Path part : parts) {
                String head = part.getFileName() + " " + Files.size(part) + "\n";
                sha.update(head.getBytes(StandardCharsets.UTF_8));
                try (InputStream in = Files.newInputStream(part)) {
                    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                        sha.update(buffer, 0, count);
                    }
                }
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public LanguageModel load(Residence residence, Placement placement, LoadProgress progress) {
        return LoadedModel.load(blueprint, plan, files, tokenizer, residence, placement, progress);
    }
}
