package dev.unembed.engine.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Gathers tensors and writes them as one safetensors file, in the order they were added. */
public final class SafetensorsWriter {
    /** Tensors begin at a multiple of this, so that readers may view them without a copy. */
    private static final int ALIGNMENT = 8;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();

    private record Entry(String name, Dtype dtype, long[] shape, long bytes, Consumer<ByteBuffer> content) {}

    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    public SafetensorsWriter floats(String name, float[] values, long... shape) {
        return add(
                name,
                Dtype.F32,
                values.length,
                shape,
                buffer -> buffer.asFloatBuffer().put(values));
    }

    public SafetensorsWriter ints(String name, int[] values, long... shape) {
        return add(
                name,
                Dtype.I32,
                values.length,
                shape,
                buffer -> buffer.asIntBuffer().put(values));
    }

    private SafetensorsWriter add(String name, Dtype dtype, int count, long[] shape, Consumer<ByteBuffer> content) {
        long elements = 1;
        for (long axis : shape) {
            elements = Math.multiplyExact(elements, axis);
        }
        if (elements != count) {
            throw new IllegalArgumentException(name + ": " + count + " values don't fill " + List.of(shape));
        }
        entries.add(new Entry(name, dtype, shape.clone(), (long) count * dtype.bytes(), content));
        return this;
    }

    public byte[] toBytes() {
        byte[] header = header();
        long size = SafetensorsHeader.LENGTH_BYTES + header.length;
        for (Entry entry : entries) {
            size += entry.bytes();
        }
        ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length).put(header);
        for (Entry entry : entries) {
            ByteBuffer slice = file.slice(file.position(), (int) entry.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            entry.content().accept(slice);
            file.position(file.position() + (int) entry.bytes());
        }
        return file.array();
    }

    public void writeTo(OutputStream out) throws IOException {
        out.write(toBytes());
    }

    private byte[] header() {
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode strings = root.putObject("__metadata__");
            metadata.forEach(strings::put);
        }
        long offset = 0;
        for (Entry entry : entries) {
            ObjectNode node = root.putObject(entry.name());
            node.put("dtype", entry.dtype().name());
            var shape = node.putArray("shape");
            for (long axis : entry.shape()) {
                shape.add(axis);
            }
            node.putArray("data_offsets").add(offset).add(offset + entry.bytes());
            offset += entry.bytes();
        }
        try {
            String json = JSON.writeValueAsString(root);
            int length = json.getBytes(StandardCharsets.UTF_8).length;
            int padding = Math.floorMod(-length, ALIGNMENT);
            return (json + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
