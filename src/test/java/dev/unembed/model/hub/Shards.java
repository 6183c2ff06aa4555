package dev.unembed.model.hub;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.safetensors.SafetensorsWriter;
import dev.unembed.engine.safetensors.TensorInfo;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A model's one weight file in several, with their index. */
final class Shards {
    private Shards() {}

    static Map<String, byte[]> of(byte[] single, int count) {
        SafetensorsFile whole = SafetensorsFile.of("model.safetensors", single);
        SafetensorsWriter[] shards = new SafetensorsWriter[count];
        ObjectNode index = new ObjectMapper().createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        int next = 0;
        for (TensorInfo tensor : whole.tensors().values()) {
            int shard = next++ % count;
            if (shards[shard] == null) {
                shards[shard] = new SafetensorsWriter();
            }
            shards[shard].floats(
                    tensor.name(),
                    whole.floats(tensor.name()),
                    tensor.shape().stream().mapToLong(Long::longValue).toArray());
            map.put(tensor.name(), name(shard, count));
        }
        Map<String, byte[]> files = new HashMap<>();
        for (int shard = 0; shard < count; shard++) {
            files.put(name(shard, count), shards[shard].toBytes());
        }
        files.put("model.safetensors.index.json", index.toString().getBytes(StandardCharsets.UTF_8));
        return files;
    }

    private static String name(int shard, int count) {
        return String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard + 1, count);
    }
}
