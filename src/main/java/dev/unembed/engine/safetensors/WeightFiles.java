package dev.unembed.engine.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.engine.InvalidInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The tensors of a model folder: one {@code model.safetensors}, or the shards that an index lists. */
public final class WeightFiles {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final int NAMES_IN_A_MESSAGE = 8;
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

    /** A tensor and the file it is in. */
    public record Location(SafetensorsFile file, TensorInfo tensor) {}

    private final List<Path> paths;
    private final Map<String, Location> tensors;

    private WeightFiles(List<Path> paths, Map<String, Location> tensors) {
        this.paths = List.copyOf(paths);
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /** @throws InvalidInput naming the file and the tensor if something is missing or unsound */
    public static WeightFiles open(Path folder) {
        Path index = folder.resolve(INDEX);
        if (Files.isRegularFile(index)) {
            return openSharded(folder, index);
        }
        Path single = folder.resolve(SINGLE);
        if (!Files.isRegularFile(single)) {
            throw new InvalidInput(folder + ": has neither " + SINGLE + " nor " + INDEX
                    + ". Weights are read from safetensors files only; convert pytorch_model.bin first.");
        }
        Map<String, Location> tensors = new LinkedHashMap<>();
        addAll(SafetensorsFile.open(single), tensors);
        return new WeightFiles(List.of(single), tensors);
    }

    private static WeightFiles openSharded(Path folder, Path index) {
        JsonNode map = readJson(index).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new InvalidInput(INDEX + ": weight_map should list tensors and their files, but is "
                    + (map.isMissingNode() ? "missing" : "'" + abbreviate(map.toString()) + "'") + ".");
        }
        Set<String> shardNames = new LinkedHashSet<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String shard = entry.getValue().asText();
            // an index from a stranger must not reach outside its folder
            if (!FILE_NAME.matcher(shard).matches()) {
                throw new InvalidInput(INDEX + ": file of tensor " + entry.getKey() + " should be a name in the same"
                        + " folder, but is '" + abbreviate(shard) + "'.");
            }
            shardNames.add(shard);
        }
        List<Path> paths = new ArrayList<>();
        Map<String, Location> tensors = new LinkedHashMap<>();
        for (String shard : shardNames) {
            Path path = folder.resolve(shard);
            if (!Files.isRegularFile(path)) {
                throw new InvalidInput(INDEX + ": lists the file " + shard + ", which isn't in the folder.");
            }
            paths.add(path);
            addAll(SafetensorsFile.open(path), tensors);
        }
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            Location location = tensors.get(entry.getKey());
            String expected = entry.getValue().asText();
            if (location == null || !location.file().name().equals(expected)) {
                throw new InvalidInput(INDEX + ": lists tensor " + entry.getKey() + " in " + expected + ", but "
                        + (location == null
                                ? "no shard has it"
                                : location.file().name() + " has it") + ".");
            }
        }
        return new WeightFiles(paths, tensors);
    }

    private static void addAll(SafetensorsFile file, Map<String, Location> tensors) {
        for (TensorInfo tensor : file.tensors().values()) {
            Location other = tensors.put(tensor.name(), new Location(file, tensor));
            if (other != null) {
                throw new InvalidInput("Tensor " + tensor.name() + " is in both "
                        + other.file().name() + " and " + file.name() + ".");
            }
        }
    }

    public List<Path> paths() {
        return paths;
    }

    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    public Set<String> names() {
        return tensors.keySet();
    }

    /** @throws InvalidInput if there is no such tensor */
    public Location tensor(String name) {
        Location location = tensors.get(name);
        if (location == null) {
            throw new InvalidInput("Tensor " + name + " is missing; " + fileNames() + " has " + tensors.size()
                    + " tensors: " + abbreviated(tensors.keySet()) + ".");
        }
        return location;
    }

    /**
     * Checks that exactly these tensors are there, with these shapes and in a dtype weights are read from.
     *
     * @param expected shapes by name
     * @param ignored tensors that may be there and mean nothing
     * @throws InvalidInput naming what is missing, misshapen, unreadable or unused
     */
    public void require(Map<String, List<Long>> expected, Set<String> ignored) {
        Set<String> missing = new TreeSet<>(expected.keySet());
        missing.removeAll(tensors.keySet());
        if (!missing.isEmpty()) {
            throw new InvalidInput(fileNames() + ": " + missing.size() + " of " + expected.size()
                    + " tensors are missing: " + abbreviated(missing) + ".");
        }
        expected.forEach((name, shape) -> {
            Location location = tensor(name);
            if (!location.tensor().shape().equals(shape)) {
                throw new InvalidInput(name + ": expected " + shape + ", file "
                        + location.file().name() + " has " + location.tensor().shape() + ".");
            }
            location.file().requireFloats(location.tensor());
        });
        Set<String> unused = new TreeSet<>(tensors.keySet());
        unused.removeAll(expected.keySet());
        unused.removeAll(ignored);
        if (!unused.isEmpty()) {
            throw new InvalidInput(fileNames() + ": " + unused.size() + " tensors would be left unused, so the numbers"
                    + " would not be this model's: " + abbreviated(unused) + ".");
        }
    }

    /** Bytes of the files. */
    public long bytes() {
        long sum = 0;
        for (Path path : paths) {
            try {
                sum += Files.size(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return sum;
    }

    private String fileNames() {
        return paths.size() == 1 ? String.valueOf(paths.getFirst().getFileName()) : paths.size() + " shards";
    }

    private static JsonNode readJson(Path file) {
        try {
            return new ObjectMapper().readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new InvalidInput(file.getFileName() + ": isn't valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new InvalidInput(file.getFileName() + ": can't be read: " + e.getMessage(), e);
        }
    }

    private static String abbreviated(Set<String> names) {
        String first =
                String.join(", ", names.stream().limit(NAMES_IN_A_MESSAGE).toList());
        return names.size() > NAMES_IN_A_MESSAGE
                ? first + " and " + (names.size() - NAMES_IN_A_MESSAGE) + " more"
                : first;
    }

    private static String abbreviate(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
