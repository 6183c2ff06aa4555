package dev.unembed.promptset;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.prompt.PromptExample;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Examples as JSON, strictly in, canonically out: equal examples give equal text. */
final class ExamplesJson {
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .withCoercionConfig(
                    LogicalType.Textual,
                    config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    private ExamplesJson() {}

    static ArrayNode tree(List<PromptExample> examples) {
        return JSON.valueToTree(examples);
    }

    static List<PromptExample> examples(JsonNode tree) {
        try {
            return List.of(JSON.treeToValue(tree, PromptExample[].class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored examples can't be read", e);
        }
    }

    static String sha256(List<PromptExample> examples) {
        try {
            byte[] text = JSON.writeValueAsBytes(examples);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String line(PromptExample example) {
        try {
            return JSON.writeValueAsString(example);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws InvalidInput for a NUL character, which PostgreSQL takes in no text */
    static void requireStorable(List<PromptExample> examples) {
        for (int i = 0; i < examples.size(); i++) {
            if (hasNul(JSON.valueToTree(examples.get(i)))) {
                throw new InvalidInput("Example " + (i + 1) + ": it has a NUL character, which can't be stored.");
            }
        }
    }

    static boolean hasNul(JsonNode tree) {
        return tree.isTextual() && tree.textValue().indexOf('\0') >= 0
                || tree.properties().stream().anyMatch(field -> field.getKey().indexOf('\0') >= 0)
                || tree.valueStream().anyMatch(ExamplesJson::hasNul);
    }

    /** @throws InvalidInput saying which field is wrong, and what was expected */
    static PromptExample example(JsonNode object) {
        if (!object.isObject()) {
            throw new InvalidInput(
                    "Expected an object with prompt and answer, came " + shortened(object.toString()) + ".");
        }
        try {
            return JSON.treeToValue(object, PromptExample.class);
        } catch (UnrecognizedPropertyException e) {
            throw new InvalidInput(
                    "Unknown field '" + e.getPropertyName() + "'; known: " + String.join(", ", ExamplesImport.COLUMNS)
                            + ".",
                    e);
        } catch (JsonMappingException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof InvalidInput invalid) {
                    throw invalid;
                }
            }
            String field = e.getPath().isEmpty()
                    ? ""
                    : String.valueOf(e.getPath().getFirst().getFieldName());
            throw new InvalidInput(
                    field.isEmpty()
                            ? "It can't be read: " + e.getOriginalMessage()
                            : "Field '" + field + "' is " + shortened(String.valueOf(object.get(field))) + "; expected "
                                    + expected(field) + ".",
                    e);
        } catch (JsonProcessingException e) {
            throw new InvalidInput("It can't be read: " + e.getOriginalMessage(), e);
        }
    }

    static String expected(String column) {
        return switch (column) {
            case "positions" -> "names with characters, such as {\"S2\": [34, 39]}";
            case "counterparts" -> "a list of prompts, such as [\"When Tom and …\"]";
            default -> "a text";
        };
    }

    static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
