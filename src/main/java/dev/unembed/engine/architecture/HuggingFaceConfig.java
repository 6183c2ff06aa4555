package dev.unembed.engine.architecture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.engine.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code config.json} read strictly: every complaint names the key, what was expected and what is there. */
public final class HuggingFaceConfig {
    private static final String FILE = "config.json";

    private final JsonNode node;
    private final String path;

    private HuggingFaceConfig(JsonNode node, String path) {
        this.node = node;
        this.path = path;
    }

    public static HuggingFaceConfig read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new InvalidInput(folder + ": has no " + FILE + "; a Hugging Face model folder is expected.");
        }
        try {
            return of(new ObjectMapper().readTree(Files.readString(file)));
        } catch (JsonProcessingException e) {
            throw new InvalidInput(FILE + ": isn't valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new InvalidInput(FILE + ": can't be read: " + e.getMessage(), e);
        }
    }

    public static HuggingFaceConfig of(JsonNode node) {
        if (!node.isObject()) {
            throw new InvalidInput(FILE + ": should be a JSON object.");
        }
        return new HuggingFaceConfig(node, "");
    }

    /** Whether a key is there with a value other than null. */
    public boolean has(String key) {
        return node.hasNonNull(key);
    }

    /** Whether a key is there, be it as null: where leaving a key out and saying null mean different things. */
    public boolean mentions(String key) {
        return node.has(key);
    }

    /** A list of texts. */
    public List<String> texts(String key) {
        if (!has(key)) {
            throw missing(key, "a list of texts");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode value : node.get(key)) {
            if (!value.isTextual()) {
                throw wrong(key, "a list of texts");
            }
            texts.add(value.textValue());
        }
        if (!node.get(key).isArray()) {
            throw wrong(key, "a list of texts");
        }
        return texts;
    }

    /** A nested object; empty if the key is absent or null. */
    public Optional<HuggingFaceConfig> object(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (!node.get(key).isObject()) {
            throw wrong(key, "an object");
        }
        return Optional.of(new HuggingFaceConfig(node.get(key), path + key + "."));
    }

    public int positiveInt(String key) {
        if (!has(key)) {
            throw missing(key, "a whole number above 0");
        }
        JsonNode value = node.get(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            throw wrong(key, "a whole number above 0");
        }
        return value.intValue();
    }

    public int positiveInt(String key, int ifAbsent) {
        return has(key) ? positiveInt(key) : ifAbsent;
    }

    public double positiveNumber(String key) {
        if (!has(key)) {
            throw missing(key, "a number above 0");
        }
        JsonNode value = node.get(key);
        if (!value.isNumber() || !(value.doubleValue() > 0) || Double.isInfinite(value.doubleValue())) {
            throw wrong(key, "a number above 0");
        }
        return value.doubleValue();
    }

    public double positiveNumber(String key, double ifAbsent) {
        return has(key) ? positiveNumber(key) : ifAbsent;
    }

    public boolean flag(String key, boolean ifAbsent) {
        if (!has(key)) {
            return ifAbsent;
        }
        if (!node.get(key).isBoolean()) {
            throw wrong(key, "true or false");
        }
        return node.get(key).booleanValue();
    }

    public String text(String key) {
        if (!has(key)) {
            throw missing(key, "a text");
        }
        if (!node.get(key).isTextual()) {
            throw wrong(key, "a text");
        }
        return node.get(key).textValue();
    }

    public String text(String key, String ifAbsent) {
        return has(key) ? text(key) : ifAbsent;
    }

    /** One token id where the key gives one, or the first of a list. */
    public int tokenId(String key, int ifAbsent) {
        JsonNode value = node.path(key);
        JsonNode first = value.isArray() ? value.path(0) : value;
        return first.isIntegralNumber() && first.canConvertToInt() ? first.intValue() : ifAbsent;
    }

    /** The first of several spellings that is there. */
    public String spelling(String... keys) {
        return Arrays.stream(keys).filter(this::has).findFirst().orElse(keys[0]);
    }

    /** A setting this engine knows one meaning of: anything else is refused, absence is fine. */
    public void requireAbsentOr(String key, Object expected, String why) {
        if (!has(key)) {
            return;
        }
        JsonNode value = node.get(key);
        boolean equal = switch (expected) {
            case Boolean b -> value.isBoolean() && value.booleanValue() == b;
            case Number n -> value.isNumber() && value.doubleValue() == n.doubleValue();
            default -> value.isTextual() && value.textValue().equals(expected);
        };
        if (!equal) {
            throw new InvalidInput(
                    FILE + ": " + path + key + " is " + value + "; only " + expected + " is supported. " + why);
        }
    }

    /** A feature this engine doesn't have for this family: refused if it is asked for at all. */
    public void refuse(String key, String why) {
        if (has(key)) {
            throw new InvalidInput(FILE + ": " + path + key + " is " + abbreviate(node.get(key)) + ". " + why);
        }
    }

    public InvalidInput unsupported(String key, String actual, List<String> supported) {
        return new InvalidInput(FILE + ": " + path + key + " is '" + actual + "', which isn't supported; supported are "
                + String.join(", ", supported) + ".");
    }

    private InvalidInput missing(String key, String expected) {
        return new InvalidInput(FILE + ": " + path + key + " is missing; expected " + expected + ".");
    }

    private InvalidInput wrong(String key, String expected) {
        return new InvalidInput(
                FILE + ": " + path + key + " is " + abbreviate(node.get(key)) + "; expected " + expected + ".");
    }

    private static String abbreviate(JsonNode value) {
        String text = value.toString();
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
