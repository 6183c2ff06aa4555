package dev.unembed.engine.safetensors;

import java.util.List;

/**
 * Where a tensor lies in its file.
 *
 * @param begin first byte, counted from the end of the header
 * @param end one past the last byte
 */
public record TensorInfo(String name, Dtype dtype, List<Long> shape, long begin, long end) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    public long bytes() {
        return end - begin;
    }

    public long elements() {
        return bytes() / dtype.bytes();
    }
}
