package dev.unembed.engine.bench;

import dev.unembed.engine.safetensors.Dtype;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * A model folder of GPT-2's smallest shape with random weights and no tokenizer: the same bytes every time, on every
 * machine.
 */
final class RandomGpt2 {
    private static final int LAYERS = 12;
    private static final int D_MODEL = 768;
    private static final int HEADS = 12;
    private static final int VOCABULARY = 50257;
    private static final int POSITIONS = 1024;

    private final Map<String, int[]> shapes = new LinkedHashMap<>();
    private final Dtype dtype;

    /** @param dtype fp32 or bf16 */
    RandomGpt2(Dtype dtype) {
        this.dtype = dtype;
        shapes.put("wte.weight", new int[] {VOCABULARY, D_MODEL});
        shapes.put("wpe.weight", new int[] {POSITIONS, D_MODEL});
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "h." + layer + ".";
            norm(block + "ln_1");
            linear(block + "attn.c_attn", D_MODEL, 3 * D_MODEL);
            linear(block + "attn.c_proj", D_MODEL, D_MODEL);
            norm(block + "ln_2");
            linear(block + "mlp.c_fc", D_MODEL, 4 * D_MODEL);
            linear(block + "mlp.c_proj", 4 * D_MODEL, D_MODEL);
        }
        norm("ln_f");
    }

    private void norm(String name) {
        shapes.put(name + ".weight", new int[] {D_MODEL});
        shapes.put(name + ".bias", new int[] {D_MODEL});
    }

    private void linear(String name, int in, int out) {
        shapes.put(name + ".weight", new int[] {in, out});
        shapes.put(name + ".bias", new int[] {out});
    }

    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("config.json"), """
                {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": %d, "n_head": %d, "n_embd": %d,
                 "vocab_size": %d, "n_positions": %d, "n_ctx": %d, "activation_function": "gelu_new",
                 "layer_norm_epsilon": 1e-5, "tie_word_embeddings": true, "bos_token_id": 50256, "eos_token_id": 50256}
                """.formatted(LAYERS, HEADS, D_MODEL, VOCABULARY, POSITIONS, POSITIONS));
        byte[] header = header();
        try (OutputStream out =
                new BufferedOutputStream(Files.newOutputStream(folder.resolve("model.safetensors")), 1 << 20)) {
            out.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .array());
            out.write(header);
            SplittableRandom random = new SplittableRandom(0);
            for (Map.Entry<String, int[]> tensor : shapes.entrySet()) {
                writeTensor(tensor.getKey(), tensor.getValue(), random, out);
            }
        }
    }

    private byte[] header() {
        long[] end = {0};
        String json = shapes.entrySet().stream()
                .map(tensor -> {
                    long begin = end[0];
                    end[0] += (long) dtype.bytes() * size(tensor.getValue());
                    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                            .formatted(tensor.getKey(), dtype, Arrays.toString(tensor.getValue()), begin, end[0]);
                })
                .collect(Collectors.joining(",", "{", "}"));
        return (json + " ".repeat(Math.floorMod(-json.length(), 64))).getBytes(StandardCharsets.UTF_8);
    }

    /** Spread like a freshly initialised model's; gains around 1. */
    private void writeTensor(String name, int[] shape, SplittableRandom random, OutputStream out) throws IOException {
        float centre = name.matches(".*ln_.*\\.weight") ? 1 : 0;
        float spread = shape.length == 1 ? 0.2f : (float) (2 / Math.sqrt(Math.min(shape[0], shape[1])));
        ByteBuffer row =
                ByteBuffer.allocate(dtype.bytes() * shape[shape.length - 1]).order(ByteOrder.LITTLE_ENDIAN);
        int rows = size(shape) / shape[shape.length - 1];
        for (int done = 0; done < rows; done++) {
            row.clear();
            while (row.hasRemaining()) {
                float value = centre + spread * ((random.nextInt() >>> 8) * 0x1p-24f - 0.5f);
                switch (dtype) {
                    case F32 -> row.putFloat(value);
                    case BF16 -> row.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
                    default -> throw new IllegalArgumentException(dtype + " isn't written here");
                }
            }
            out.write(row.array());
        }
    }

    private static int size(int[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }
}
