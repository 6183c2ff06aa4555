package dev.unembed.model.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The files at the top of one commit, and which of them this product reads: config, tokenizer, and the weights as
 * safetensors. Everything else (other formats of the same weights, most of all) stays where it is.
 */
final class HubListing {
    private static final String CONFIG = "config.json";
    private static final List<String> OPTIONAL =
            List.of("generation_config.json", "tokenizer.json", "tokenizer_config.json");
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    /** A name, not a path: a list from a stranger must not reach outside the folder. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}");

    private static final int NAMES_IN_A_MESSAGE = 8;

    private final HubModel model;
    private final Map<String, HubFile> files = new LinkedHashMap<>();

    /** @param pages of the hub's answer: lists of objects with type, path, size, oid and lfs */
    HubListing(HubModel model, List<JsonNode> pages) {
        this.model = model;
        for (JsonNode page : pages) {
            for (JsonNode entry : page) {
                String name = entry.path("path").asText();
                if (entry.path("type").asText("file").equals("file")
                        && NAME.matcher(name).matches()) {
                    files.put(name, file(name, entry));
                }
            }
        }
    }

    private static HubFile file(String name, JsonNode entry) {
        JsonNode lfs = entry.path("lfs");
        if (lfs.isObject()) {
            String oid = lfs.path("oid").asText().replaceFirst("^sha256:", "");
            return new HubFile(name, lfs.path("size").asLong(entry.path("size").asLong()), Checksum.of(oid));
        }
        return new HubFile(
                name, entry.path("size").asLong(), Checksum.of(entry.path("oid").textValue()));
    }

    HubFile config() {
        return required(
                CONFIG, "It may be a data set, an adapter or a GGUF conversion; choose the model it was made from.");
    }

    /** Small files beside the config that are there. */
    List<HubFile> companions() {
        return OPTIONAL.stream().map(files::get).filter(file -> file != null).toList();
    }

    /** The list of shards, for a model in several files. */
    Optional<HubFile> index() {
        return files.containsKey(SINGLE) ? Optional.empty() : Optional.ofNullable(files.get(INDEX));
    }

    /** @param index the content of {@link #index}, null where there is none */
    List<HubFile> weights(@Nullable JsonNode index) {
        if (index == null) {
            return List.of(required(
                    SINGLE,
                    "Weights are read from safetensors only; look for a revision that has them (refs/pr/… of the hub's"
                            + " own conversion, often)."));
        }
        TreeSet<String> shards = new TreeSet<>();
        index.path("weight_map")
                .properties()
                .forEach(entry -> shards.add(entry.getValue().asText()));
        if (shards.isEmpty()) {
            throw new HubFailure(model + ": " + INDEX + " lists no files in weight_map. The model is incomplete there;"
                    + " choose another revision.");
        }
        List<HubFile> weights = new ArrayList<>();
        for (String shard : shards) {
            weights.add(
                    required(shard, INDEX + " lists it, so the model is incomplete there; choose another revision."));
        }
        return weights;
    }

    private HubFile required(String name, String what) {
        HubFile file = files.get(name);
        if (file == null) {
            String there = files.keySet().stream().limit(NAMES_IN_A_MESSAGE).collect(Collectors.joining(", "));
            throw new HubFailure(model + " has no file " + name + "; there is "
                    + (files.isEmpty() ? "no file at all" : there + (files.size() > NAMES_IN_A_MESSAGE ? ", …" : ""))
                    + ". " + what);
        }
        return file;
    }
}
