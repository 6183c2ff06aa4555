package dev.unembed.engine.safetensors;

import dev.unembed.engine.InvalidInput;
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
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * One safetensors file: its header is read and checked on opening; tensors are mapped or converted when asked for.
 *
 * <p>Nothing is held open between calls, so it needs no closing.
 */
public final class SafetensorsFile {
    /** Converted at a time by one core: few enough for its cache, so that no second copy of a tensor ever exists. */
    private static final int CHUNK_ELEMENTS = 1 << 16;

    /** Between two reports of progress. */
    private static final int PIECE_ELEMENTS = 1 << 22;

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
        return new SafetensorsFile(OnDisk.of(file));
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

    /**
     * Maps one tensor read-only; the mapping lives as long as the arena.
     *
     * @throws InvalidInput if the file isn't as long any more as when it was opened: touching a mapping beyond a file's end
     *     would end the process
     */
    public MemorySegment map(TensorInfo tensor, Arena arena) {
        return source.map(header.dataStart() + tensor.begin(), tensor.bytes(), arena);
    }

    /**
     * Reads a tensor as fp32, converting from whatever floating type it is stored in, on all cores where that pays.
     *
     * @param into exactly 4 bytes per element
     * @throws InvalidInput if it isn't stored in a floating type
     */
    public void readFloats(TensorInfo tensor, MemorySegment into) {
        readFloats(tensor, 0, into, bytes -> {});
    }

    /**
     * Reads a part of a tensor.
     *
     * @param first element that is read
     * @param into as many elements as it has room for
     * @param read told on the calling thread, every few milliseconds, how many bytes more were read; may throw to end it
     */
    public void readFloats(TensorInfo tensor, long first, MemorySegment into, LongConsumer read) {
        requireFloats(tensor);
        int elementBytes = tensor.dtype().bytes();
        long count = into.byteSize() / Float.BYTES;
        Objects.checkFromIndexSize(first, count, tensor.elements());
        long start = header.dataStart() + tensor.begin() + first * elementBytes;
        try (Reader reader = source.open()) {
            for (long done = 0; done < count; ) {
                long from = done;
                long piece = Math.min(count - done, PIECE_ELEMENTS);
                IntStream chunks = IntStream.range(0, (int) Math.ceilDiv(piece, CHUNK_ELEMENTS));
                (piece > CHUNK_ELEMENTS ? chunks.parallel() : chunks).forEach(chunk -> {
                    long at = from + (long) chunk * CHUNK_ELEMENTS;
                    int length = (int) Math.min(CHUNK_ELEMENTS, from + piece - at);
                    MemorySegment part = into.asSlice(Float.BYTES * at, (long) Float.BYTES * length);
                    readChunk(tensor.dtype(), reader, start + at * elementBytes, part, length);
                });
                done += piece;
                read.accept(piece * elementBytes);
            }
        }
    }

    private static void readChunk(Dtype dtype, Reader reader, long position, MemorySegment into, int count) {
        if (dtype == Dtype.F32 && into.isNative()) {
            reader.read(position, into.asByteBuffer());
            return;
        }
        ByteBuffer chunk = ByteBuffer.allocate(count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        reader.read(position, chunk.duplicate());
        int[] floats = toFloats(dtype, chunk, count);
        MemorySegment.copy(floats, 0, into, ValueLayout.JAVA_INT_UNALIGNED, 0, count);
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

    /** The bits of fp32 numbers: simple loops over arrays, which the compiler turns into vector instructions. */
    private static int[] toFloats(Dtype dtype, ByteBuffer chunk, int count) {
        int[] bits = new int[count];
        switch (dtype) {
            case F32 -> chunk.asIntBuffer().get(bits);
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    bits[i] = Float.floatToRawIntBits((float) chunk.getDouble(8 * i));
                }
            }
            case BF16 -> {
                short[] halves = halves(chunk, count);
                for (int i = 0; i < count; i++) {
                    bits[i] = halves[i] << 16; // bf16 is the upper half of an fp32
                }
            }
            case F16 -> {
                short[] halves = halves(chunk, count);
                float[] floats = new float[count];
                for (int i = 0; i < count; i++) {
                    floats[i] = Float.float16ToFloat(halves[i]);
                }
                for (int i = 0; i < count; i++) {
                    bits[i] = Float.floatToRawIntBits(floats[i]);
                }
            }
            default -> throw new IllegalArgumentException(dtype + " is no floating type");
        }
        return bits;
    }

    private static short[] halves(ByteBuffer chunk, int count) {
        short[] halves = new short[count];
        chunk.asShortBuffer().get(halves);
        return halves;
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

        Reader open();

        /** Fills the buffer from a position, or fails. */
        default void read(long position, ByteBuffer into) {
            try (Reader reader = open()) {
                reader.read(position, into);
            }
        }

        MemorySegment map(long position, long bytes, Arena arena);
    }

    /** May be read from several threads. */
    private interface Reader extends AutoCloseable {
        /** Fills the buffer from a position, or fails. */
        void read(long position, ByteBuffer into);

        @Override
        default void close() {}
    }

    /** @param bytes when it was opened */
    private record OnDisk(Path file, long bytes) implements Source {
        static OnDisk of(Path file) {
            try {
                return new OnDisk(file, Files.size(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String name() {
            return String.valueOf(file.getFileName());
        }

        @Override
        public Reader open() {
            FileChannel channel = channel();
            return new Reader() {
                @Override
                public void read(long position, ByteBuffer into) {
                    try {
                        long at = position;
                        while (into.hasRemaining()) {
                            int count = channel.read(into, at);
                            if (count < 0) {
                                throw changed("ends at byte " + at);
                            }
                            at += count;
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }

                @Override
                public void close() {
                    try {
                        channel.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            };
        }

        @Override
        public MemorySegment map(long position, long length, Arena arena) {
            try (FileChannel channel = channel()) {
                if (channel.size() != bytes) {
                    throw changed("has " + channel.size() + " bytes");
                }
                return channel.map(FileChannel.MapMode.READ_ONLY, position, length, arena);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private FileChannel channel() {
            try {
                return FileChannel.open(file, StandardOpenOption.READ);
            } catch (NoSuchFileException e) {
                throw new InvalidInput(file + " has disappeared.", e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private InvalidInput changed(String now) {
            return new InvalidInput(file + " " + now + "; it had " + bytes
                    + " bytes when it was opened. Somebody has changed it: get it again, and never write into the files"
                    + " of a model that is in use.");
        }
    }

    private record InMemory(String name, byte[] content) implements Source {
        @Override
        public long bytes() {
            return content.length;
        }

        @Override
        public Reader open() {
            return (position, into) -> into.put(content, Math.toIntExact(position), into.remaining());
        }

        @Override
        public MemorySegment map(long position, long bytes, Arena arena) {
            return MemorySegment.ofArray(content).asSlice(position, bytes);
        }
    }
}
