package dev.unembed.engine.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unembed.engine.InvalidInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The checked header of a safetensors file.
 *
 * @param tensors by name, in the order of their bytes
 * @param metadata the {@code __metadata__} strings
 * @param dataStart offset of the first tensor byte in the file
 */
record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata, long dataStart) {
    /** The reference implementation's limit; a model of a thousand layers stays far below it. */
    static final long MAX_HEADER_BYTES = 100_000_000;

    static final int LENGTH_BYTES = 8;
    private static final int MAX_AXES = 8;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Checks the announced length before anything is allocated for it. */
    static int requireHeaderLength(String file, long announced, long fileBytes) {
        if (announced < 2 || announced > MAX_HEADER_BYTES || announced > fileBytes - LENGTH_BYTES) {
            throw new InvalidInput(file + ": the header's length is given as " + Long.toUnsignedString(announced)
                    + " bytes, but the file has " + fileBytes
                    + " bytes in all (a header may have 100 MB at most). It is damaged or not a safetensors file.");
        }
        return (int) announced;
    }

    static SafetensorsHeader parse(String file, byte[] header, long fileBytes) {
        JsonNode root;
        try {
            root = JSON.readTree(new String(header, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new InvalidInput(file + ": the header isn't valid JSON: " + e.getOriginalMessage(), e);
        }
        if (!root.isObject()) {
            throw new InvalidInput(file + ": the header should be a JSON object, but is " + kind(root) + ".");
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        List<TensorInfo> found = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            if (entry.getKey().equals("__metadata__")) {
                readMetadata(file, entry.getValue(), metadata);
            } else {
                found.add(readTensor(file, entry.getKey(), entry.getValue()));
            }
        }
        long dataStart = LENGTH_BYTES + (long) header.length;
        requireContiguous(file, found, fileBytes - dataStart);
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        found.forEach(t -> tensors.put(t.name(), t));
        return new SafetensorsHeader(
                Collections.unmodifiableMap(tensors), Collections.unmodifiableMap(metadata), dataStart);
    }

    private static void readMetadata(String file, JsonNode node, Map<String, String> into) {
        if (!node.isObject()) {
            throw new InvalidInput(file + ": __metadata__ should be a JSON object, but is " + kind(node) + ".");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getValue().isTextual()) {
                throw new InvalidInput(file + ": __metadata__." + entry.getKey() + " should be a string, but is "
                        + kind(entry.getValue()) + ".");
            }
            into.put(entry.getKey(), entry.getValue().textValue());
        }
    }

    private static TensorInfo readTensor(String file, String name, JsonNode node) {
        String where = file + ": tensor " + name;
        JsonNode dtypeName = node.path("dtype");
        Dtype dtype = Dtype.of(dtypeName.asText())
                .orElseThrow(() -> new InvalidInput(
                        where + ": dtype is " + dtypeName + "; known are " + List.of(Dtype.values()) + "."));
        List<Long> shape = readLongs(where, "shape", node.path("shape"));
        if (shape.size() > MAX_AXES) {
            throw new InvalidInput(where + ": has " + shape.size() + " axes; at most " + MAX_AXES + " are read.");
        }
        List<Long> offsets = readLongs(where, "data_offsets", node.path("data_offsets"));
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw new InvalidInput(
                    where + ": data_offsets should be [begin, end] with begin ≤ end, but are " + offsets + ".");
        }
        long bytes = dtype.bytes();
        for (long axis : shape) {
            try {
                bytes = Math.multiplyExact(bytes, axis);
            } catch (ArithmeticException e) {
                throw new InvalidInput(where + ": shape " + shape + " is more than any file holds.", e);
            }
        }
        long actual = offsets.get(1) - offsets.get(0);
        if (bytes != actual) {
            throw new InvalidInput(where + ": shape " + shape + " of " + dtype + " needs " + bytes
                    + " bytes, but data_offsets " + offsets + " give " + actual + ".");
        }
        return new TensorInfo(name, dtype, shape, offsets.get(0), offsets.get(1));
    }

    private static List<Long> readLongs(String where, String field, JsonNode node) {
        if (!node.isArray()) {
            throw new InvalidInput(where + ": " + field + " should be a list of numbers, but is " + kind(node) + ".");
        }
        List<Long> values = new ArrayList<>();
        for (JsonNode n : node) {
            if (!n.isIntegralNumber() || !n.canConvertToLong() || n.longValue() < 0) {
                throw new InvalidInput(
                        where + ": " + field + " should hold whole numbers from 0 up, but holds " + n + ".");
            }
            values.add(n.longValue());
        }
        return values;
    }

    /** Tensors must follow each other without gap or overlap up to the end of the file; sorts them so. */
    private static void requireContiguous(String file, List<TensorInfo> tensors, long dataBytes) {
        tensors.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        long reached = 0;
        for (TensorInfo t : tensors) {
            if (t.end() > dataBytes) {
                throw new InvalidInput(file + ": tensor " + t.name() + " ends at byte " + t.end() + ", but only "
                        + dataBytes + " bytes follow the header. The file is truncated; get it again.");
            }
            if (t.begin() < reached) {
                throw new InvalidInput(file + ": tensor " + t.name() + " begins at byte " + t.begin()
                        + ", inside the tensor before it, which ends at " + reached + ".");
            }
            if (t.begin() > reached) {
                throw new InvalidInput(file + ": bytes " + reached + " to " + t.begin() + " before tensor " + t.name()
                        + " belong to no tensor.");
            }
            reached = t.end();
        }
        if (reached != dataBytes) {
            throw new InvalidInput(
                    file + ": " + dataBytes + " bytes follow the header, but its tensors end at byte " + reached + ".");
        }
    }

    private static String kind(JsonNode node) {
        return node.isMissingNode()
                ? "missing"
                : "a JSON " + node.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
    }
}
