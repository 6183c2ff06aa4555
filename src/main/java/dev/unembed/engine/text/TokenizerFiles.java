package dev.unembed.engine.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.unembed.engine.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code tokenizer.json} and {@code tokenizer_config.json} of a model folder. */
final class TokenizerFiles {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Padding and truncation are off (they would change a prompt silently), and so are special tokens: the BOS policy is
     * ours.
     */
    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    private TokenizerFiles() {}

    static Tokenizer open(Path folder, int vocabularySize, int nCtx, int configBosId) {
        Path file = folder.resolve("tokenizer.json");
        JsonNode config = readIfThere(folder.resolve("tokenizer_config.json"));
        if (!Files.isRegularFile(file)) {
            int bos = inRange(configBosId, vocabularySize);
            return new IdsOnlyTokenizer(vocabularySize, new BosRule(bos, false));
        }
        JsonNode json = readIfThere(file);
        HuggingFaceTokenizer library;
        try {
            library = HuggingFaceTokenizer.newInstance(file, OPTIONS);
        } catch (IOException | RuntimeException e) {
            throw new InvalidInput("tokenizer.json can't be used: " + rootMessage(e), e);
        }
        @Nullable String[] pieces = pieces(json, vocabularySize);
        BosRule bos = bosRule(library, config, configBosId, vocabularySize);
        return new HubTokenizer(library, pieces, pieceText(json), vocabularySize, nCtx, bos);
    }

    private static JsonNode readIfThere(Path file) {
        if (!Files.isRegularFile(file)) {
            return MissingNode.getInstance();
        }
        try {
            JsonNode node = JSON.readTree(Files.readString(file));
            if (!node.isObject()) {
                throw new InvalidInput(file.getFileName() + ": should be a JSON object.");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new InvalidInput(file.getFileName() + ": isn't valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new InvalidInput(file.getFileName() + ": can't be read: " + e.getMessage(), e);
        }
    }

    /** The vocabulary by id, as written in the file; null where the model has more rows than the file has tokens. */
    private static @Nullable String[] pieces(JsonNode json, int vocabularySize) {
        @Nullable String[] pieces = new @Nullable String[vocabularySize];
        JsonNode vocabulary = json.path("model").path("vocab");
        if (vocabulary.isObject()) {
            for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
                put(pieces, entry.getValue().asInt(-1), entry.getKey());
            }
        } else { // Unigram: a list of [piece, score]
            int id = 0;
            for (JsonNode entry : vocabulary) {
                put(pieces, id++, entry.path(0).asText());
            }
        }
        return pieces;
    }

    private static void put(@Nullable String[] pieces, int id, String piece) {
        if (id < 0 || id >= pieces.length) {
            throw new InvalidInput("tokenizer.json: token '" + piece + "' has id " + id
                    + ", but the model's embedding has rows 0 to " + (pieces.length - 1)
                    + ". The tokenizer belongs to another model.");
        }
        pieces[id] = piece;
    }

    private static PieceText pieceText(JsonNode json) {
        if (json.path("decoder").findValuesAsText("type").contains("ByteLevel")
                || json.path("pre_tokenizer").findValuesAsText("type").contains("ByteLevel")) {
            return PieceText.BYTE_LEVEL;
        }
        String spaces = json.path("decoder").toString() + json.path("normalizer") + json.path("pre_tokenizer");
        return spaces.contains("Metaspace") || spaces.contains("▁") ? PieceText.METASPACE : PieceText.PLAIN;
    }

    /**
     * An explicit {@code add_bos_token} decides, as it does in Hugging Face's library; otherwise what the file's own
     * post-processor puts in front.
     */
    private static BosRule bosRule(HuggingFaceTokenizer library, JsonNode config, int configBosId, int vocabularySize) {
        long[] plain = library.encode("a", false, false).getIds();
        long[] special = library.encode("a", true, false).getIds();
        boolean byTemplate = special.length > plain.length && (plain.length == 0 || special[0] != plain[0]);
        int id = BosRule.NONE;
        if (byTemplate) {
            id = (int) special[0];
        } else {
            JsonNode named = config.path("bos_token");
            String text = named.isObject() ? named.path("content").asText("") : named.asText("");
            long[] ids = named.isNull() || text.isEmpty()
                    ? new long[0]
                    : library.encode(text, false, false).getIds();
            id = ids.length == 1 ? (int) ids[0] : configBosId;
        }
        JsonNode explicit = config.path("add_bos_token");
        boolean byDefault = explicit.isBoolean() ? explicit.booleanValue() : byTemplate;
        return new BosRule(inRange(id, vocabularySize), byDefault);
    }

    private static int inRange(int id, int vocabularySize) {
        return id >= 0 && id < vocabularySize ? id : BosRule.NONE;
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
