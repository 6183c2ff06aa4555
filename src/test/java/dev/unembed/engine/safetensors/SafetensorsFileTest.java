package dev.unembed.engine.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unembed.engine.InvalidInput;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsFileTest {
    @Test
    void whatWasWrittenIsRead(@TempDir Path temp) throws Exception {
        byte[] bytes = new SafetensorsWriter()
                .metadata("format", "test \"quoted\" ü")
                .floats("a", new float[] {1.5f, Float.NEGATIVE_INFINITY, -0f, 3}, 2, 2)
                .ints("b.c", new int[] {7, -1, Integer.MAX_VALUE}, 3)
                .floats("empty", new float[0], 0, 4)
                .toBytes();
        Path path = Files.write(temp.resolve("x.safetensors"), bytes);
        for (SafetensorsFile file :
                new SafetensorsFile[] {SafetensorsFile.of("x", bytes), SafetensorsFile.open(path)}) {
            assertThat(file.metadata()).containsEntry("format", "test \"quoted\" ü");
            assertThat(file.tensors()).containsOnlyKeys("a", "b.c", "empty");
            assertThat(file.floats("a")).containsExactly(1.5f, Float.NEGATIVE_INFINITY, -0f, 3);
            assertThat(file.ints("b.c")).containsExactly(7, -1, Integer.MAX_VALUE);
            assertThat(file.floats("empty")).isEmpty();
            assertThat(file.tensor("a").shape()).containsExactly(2L, 2L);
        }
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile file = SafetensorsFile.open(path);
            MemorySegment a = file.map(file.tensor("a"), arena);
            assertThat(a.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 12)).isEqualTo(3f);
            assertThat(a.address() % 8).isZero();
        }
    }

    @Test
    void halfPrecisionIsConvertedExactly() {
        // 1, -2, 65504, smallest subnormal; 1, -2, 2^100, 1.0078125
        byte[] f16 = shorts(0x3c00, 0xc000, 0x7bff, 0x0001);
        byte[] bf16 = shorts(0x3f80, 0xc000, 0x7180, 0x3f81);
        String header = """
                {"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[8,16]}}""";
        SafetensorsFile file = SafetensorsFile.of("half", file(header, f16, bf16));
        assertThat(file.floats("h")).containsExactly(1, -2, 65504, 0x1p-24f);
        assertThat(file.floats("b")).containsExactly(1, -2, 0x1p100f, 1.0078125f);
    }

    static Stream<Arguments> malformed() {
        String one = tensor("F32", "[2]", 0, 8);
        return Stream.of(
                bad("empty", new byte[0], "has 0 bytes"),
                bad("shorter than a length", new byte[] {1, 2, 3}, "has 3 bytes"),
                bad("header length 2^60", withLength(1L << 60, "{}"), "1152921504606846976"),
                bad("negative header length", withLength(-1, "{}"), "18446744073709551615"),
                bad("header length 0", withLength(0, "{}"), "given as 0"),
                bad("header beyond the end", withLength(1000, "{}"), "given as 1000"),
                bad("no JSON", file("{\"a\":", new byte[8]), "valid JSON"),
                bad("JSON and more", file("{} {}", new byte[0]), "valid JSON"),
                bad("no object", file("[1,2]"), "JSON object"),
                bad("duplicate names", file("{\"a\":" + one + ",\"a\":" + one + "}", new byte[8]), "Duplicate"),
                bad("unknown dtype", named(tensor("F7", "[2]", 0, 8), 8), "F7"),
                bad("dtype missing", named("{\"shape\":[2],\"data_offsets\":[0,8]}", 8), "dtype"),
                bad("tensor is no object", named("3", 8), "dtype"),
                bad("shape negative", named(tensor("F32", "[-2]", 0, 8), 8), "shape"),
                bad("shape fractional", named(tensor("F32", "[2.5]", 0, 8), 8), "shape"),
                bad("shape no list", named(tensor("F32", "\"2\"", 0, 8), 8), "shape"),
                bad("shape overflows", named(tensor("F32", "[4611686018427387904,4]", 0, 8), 8), "more than any file"),
                bad("shape of 99 axes", named(tensor("F32", "[" + "1,".repeat(98) + "2]", 0, 8), 8), "99 axes"),
                bad("shape too small", named(tensor("F32", "[1]", 0, 8), 8), "needs 4 bytes"),
                bad("offsets reversed", named(tensor("F32", "[2]", 8, 0), 8), "begin ≤ end"),
                bad("offsets negative", named(tensor("F32", "[2]", -8, 0), 8), "data_offsets"),
                bad("offsets huge", named(tensor("F32", "[2]", 1L << 61, (1L << 61) + 8), 8), "truncated"),
                bad("one offset", named("{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}", 8), "data_offsets"),
                bad("truncated data", named(one, 7), "truncated"),
                bad("bytes left over", named(one, 12), "12 bytes follow"),
                bad(
                        "overlap",
                        file("{\"a\":" + one + ",\"b\":" + tensor("F32", "[2]", 4, 12) + "}", new byte[12]),
                        "inside the tensor before it"),
                bad(
                        "gap",
                        file("{\"a\":" + one + ",\"b\":" + tensor("F32", "[1]", 12, 16) + "}", new byte[16]),
                        "belong to no tensor"),
                bad("metadata no object", file("{\"__metadata__\":3}"), "__metadata__"),
                bad("metadata no string", file("{\"__metadata__\":{\"k\":{}}}"), "__metadata__.k"),
                bad("deeply nested", file("{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}"), "JSON"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void malformedFilesAreRefusedWithTheReason(String name, byte[] content, String reason, @TempDir Path temp)
            throws Exception {
        assertThatThrownBy(() -> SafetensorsFile.of("x.safetensors", content))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("x.safetensors")
                .hasMessageContaining(reason);
        Path path = Files.write(temp.resolve("x.safetensors"), content);
        assertThatThrownBy(() -> SafetensorsFile.open(path)).isInstanceOf(InvalidInput.class);
    }

    private static Arguments bad(String name, byte[] content, String reason) {
        return Arguments.of(name, content, reason);
    }

    private static String tensor(String dtype, String shape, long begin, long end) {
        return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}".formatted(dtype, shape, begin, end);
    }

    private static byte[] named(String tensor, int dataBytes) {
        return file("{\"a\":" + tensor + "}", new byte[dataBytes]);
    }

    private static byte[] withLength(long length, String rest) {
        byte[] text = rest.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(text)
                .array();
    }

    private static byte[] file(String header, byte[]... data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        int size = 8 + text.length;
        for (byte[] part : data) {
            size += part.length;
        }
        ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(text.length).put(text);
        for (byte[] part : data) {
            buffer.put(part);
        }
        return buffer.array();
    }

    private static byte[] shorts(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            buffer.putShort((short) value);
        }
        return buffer.array();
    }
}
