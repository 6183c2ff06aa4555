package dev.unembed.engine.safetensors;

import dev.unembed.engine.InvalidInput;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;

/**
 * One safetensors file: its header is read and checked on opening; tensors are mapped or converted when asked for.
 *
 * <p>Nothing is held open between calls, so it needs no closing.
 */
public final class SafetensorsFile {
    /** Bytes converted at a time: small enough for a core's cache, so that no second copy of a tensor ever exists. */
    private static final int CHUNK_BYTES = 1 << 18;

    private final Source source;
    private final SafetensorsHeader header;

    private SafetensorsFile(Source source) {
        this.source = source;
        this.header = readHeader(source);
    }

    /** @throws InvalidInput if there is no such file or it isn't sound */
    public static SafetensorsFile open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidInput(file + " is not a file.");
        }
        return new SafetensorsFile(new OnDisk(file));
    }

    /** Reads a file that is in memory already; the array must not change afterwards. */
    public static SafetensorsFile of(String name, byte[] content) {
        return new SafetensorsFile(new InMemory(name, content));
    }

    /** The file's name, for messages. */
    public String name() {
        return source.name();
    }

    /** By name, in the order of their bytes. */
    public Map<String, TensorInfo> tensors() {
        return header.tensors();
    }

    public Map<String, String> metadata() {
        return header.metadata();
    }

    public TensorInfo tensor(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw new InvalidInput(name() + ": has no tensor " + name + ".");
        }
        return info;
    }

    /** Maps the whole file read-only; the mapping lives as long as the arena. */
    public MemorySegment map(Arena arena) {
        return source.map(arena);
    }

    /** The part of a {@link #map mapping} that is one tensor. */
    public MemorySegment slice(MemorySegment mapping, TensorInfo tensor) {
        return mapping.asSlice(header.dataStart() + tensor.begin(), tensor.bytes());
    }

    /**
     * Reads a tensor as fp32, converting from whatever floating type it is stored in.
     *
     * @param into exactly 4 bytes per element
     * @throws InvalidInput if it isn't stored in a floating type
     */
    public void readFloats(TensorInfo tensor, MemorySegment into) {
        requireFloats(tensor);
        int elementBytes = tensor.dtype().bytes();
        byte[] bytes = new byte[(int) Math.min(CHUNK_BYTES, Math.max(tensor.bytes(), elementBytes))];
        float[] floats = new float[bytes.length / elementBytes];
        short[] halves = new short[elementBytes == Short.BYTES ? floats.length : 0];
        ByteBuffer chunk = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long position = header.dataStart() + tensor.begin();
        long end = header.dataStart() + tensor.end();
        long written = 0;
        while (position < end) {
            int length = (int) Math.min(bytes.length, end - position);
            source.read(position, ByteBuffer.wrap(bytes, 0, length));
            int count = length / elementBytes;
            toFloats(tensor.dtype(), chunk, halves, floats, count);
            MemorySegment.copy(floats, 0, into, ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * written, count);
            written += count;
            position += length;
        }
    }

    /** Small tensors, results and references: the values as fp32. */
    public float[] floats(String name) {
        TensorInfo tensor = tensor(name);
        float[] values = new float[Math.toIntExact(tensor.elements())];
        readFloats(tensor, MemorySegment.ofArray(values));
        return values;
    }

    public int[] ints(String name) {
        TensorInfo tensor = tensor(name);
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        source.read(header.dataStart() + tensor.begin(), bytes.duplicate());
        int[] values = new int[Math.toIntExact(tensor.elements())];
        switch (tensor.dtype()) {
            case I32 -> bytes.asIntBuffer().get(values);
            case I64 -> Arrays.setAll(values, i -> Math.toIntExact(bytes.getLong(8 * i)));
            default ->
                throw new InvalidInput(
                        name() + ": tensor " + name + " is " + tensor.dtype() + "; expected I32 or I64.");
        }
        return values;
    }

    public double[] doubles(String name) {
        TensorInfo tensor = tensor(name);
        if (tensor.dtype() != Dtype.F64) {
            throw new InvalidInput(name() + ": tensor " + name + " is " + tensor.dtype() + "; expected F64.");
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        source.read(header.dataStart() + tensor.begin(), bytes.duplicate());
        double[] values = new double[Math.toIntExact(tensor.elements())];
        bytes.asDoubleBuffer().get(values);
        return values;
    }

    void requireFloats(TensorInfo tensor) {
        if (!tensor.dtype().readableAsFloats()) {
            throw new InvalidInput(name() + ": tensor " + tensor.name() + " is " + tensor.dtype()
                    + "; weights are read from F32, F16, BF16 and F64. Quantised models must be de-quantised first.");
        }
    }

    private static void toFloats(Dtype dtype, ByteBuffer chunk, short[] halves, float[] floats, int count) {
        switch (dtype) {
            case F32 -> chunk.asFloatBuffer().get(floats, 0, count);
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    floats[i] = (float) chunk.getDouble(8 * i);
                }
            }
            case BF16 -> {
                chunk.asShortBuffer().get(halves, 0, count);
                for (int i = 0; i < count; i++) {
                    floats[i] = Float.intBitsToFloat(halves[i] << 16); // bf16 is the upper half of an fp32
                }
            }
            case F16 -> {
                chunk.asShortBuffer().get(halves, 0, count);
                for (int i = 0; i < count; i++) {
                    floats[i] = Float.float16ToFloat(halves[i]);
                }
            }
            default -> throw new IllegalArgumentException(dtype + " is no floating type");
        }
    }

    private static SafetensorsHeader readHeader(Source source) {
        long size = source.bytes();
        if (size < SafetensorsHeader.LENGTH_BYTES) {
            throw new InvalidInput(source.name() + ": has " + size + " bytes; a safetensors file begins with 8 bytes of"
                    + " header length. It is damaged or empty.");
        }
        ByteBuffer length = ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        source.read(0, length.duplicate());
        int headerBytes = SafetensorsHeader.requireHeaderLength(source.name(), length.getLong(0), size);
        byte[] json = new byte[headerBytes];
        source.read(SafetensorsHeader.LENGTH_BYTES, ByteBuffer.wrap(json));
        return SafetensorsHeader.parse(source.name(), json, size);
    }

    private sealed interface Source {
        String name();

        long bytes();

        /** Fills the buffer from a position, or fails. */
        void read(long position, ByteBuffer into);

        MemorySegment map(Arena arena);
    }

    private record OnDisk(Path file) implements Source {
        @Override
        public String name() {
            return String.valueOf(file.getFileName());
        }

        @Override
        public long bytes() {
            try {
                return Files.size(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void read(long position, ByteBuffer into) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long at = position;
                while (into.hasRemaining()) {
                    int count = channel.read(into, at);
                    if (count < 0) {
                        throw new EOFException(file + " ended at byte " + at + " while it was being read");
                    }
                    at += count;
                }
            } catch (NoSuchFileException e) {
                throw new InvalidInput(file + " has disappeared.", e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public MemorySegment map(Arena arena) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private record InMemory(String name, byte[] content) implements Source {
        @Override
        public long bytes() {
            return content.length;
        }

        @Override
        public void read(long position, ByteBuffer into) {
            into.put(content, Math.toIntExact(position), into.remaining());
        }

        @Override
        public MemorySegment map(Arena arena) {
            return MemorySegment.ofArray(content);
        }
    }
}
