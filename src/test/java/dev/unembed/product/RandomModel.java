package dev.unembed.product;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A GPT-2 folder with random weights and no tokenizer: big enough that a run takes a while. */
record RandomModel(int layers, int dModel, int vocabulary, int positions) {
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": %d, "n_head": %d, "n_embd": %d,
                 "vocab_size": %d, "n_positions": %d, "n_ctx": %d, "activation_function": "gelu_new",
                 "layer_norm_epsilon": 1e-5, "tie_word_embeddings": true}
                """.formatted(
                        layers, dModel / 64, dModel, vocabulary, positions, positions));
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put("wte.weight", new int[] {vocabulary, dModel});
        shapes.put("wpe.weight", new int[] {positions, dModel});
        for (int layer = 0; layer < layers; layer++) {
            String block = "h." + layer + ".";
            norm(shapes, block + "ln_1");
            linear(shapes, block + "attn.c_attn", dModel, 3 * dModel);
            linear(shapes, block + "attn.c_proj", dModel, dModel);
            norm(shapes, block + "ln_2");
            linear(shapes, block + "mlp.c_fc", dModel, 4 * dModel);
            linear(shapes, block + "mlp.c_proj", 4 * dModel, dModel);
        }
        norm(shapes, "ln_f");
        writeTensors(folder.resolve("model.safetensors"), shapes);
    }

    private void norm(Map<String, int[]> shapes, String name) {
        shapes.put(name + ".weight", new int[] {dModel});
        shapes.put(name + ".bias", new int[] {dModel});
    }

    private static void linear(Map<String, int[]> shapes, String name, int in, int out) {
        shapes.put(name + ".weight", new int[] {in, out});
        shapes.put(name + ".bias", new int[] {out});
    }

    private static void writeTensors(Path file, Map<String, int[]> shapes) throws IOException {
        long[] end = {0};
        String header = shapes.entrySet().stream()
                .map(tensor -> {
                    long begin = end[0];
                    end[0] += 4L * size(tensor.getValue());
                    String shape = IntStream.of(tensor.getValue())
                            .mapToObj(Integer::toString)
                            .collect(Collectors.joining(","));
                    return "\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
                            .formatted(tensor.getKey(), shape, begin, end[0]);
                })
                .collect(Collectors.joining(",", "{", "}"));
        byte[] json = (header + " ".repeat((8 - header.length() % 8) % 8)).getBytes(StandardCharsets.UTF_8);
        Random random = new Random(0);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .array());
            out.write(json);
            for (int[] shape : shapes.values()) {
                float spread = shape.length == 1 ? 1f : (float) (1 / Math.sqrt(shape[0]));
                ByteBuffer row =
                        ByteBuffer.allocate(4 * shape[shape.length - 1]).order(ByteOrder.LITTLE_ENDIAN);
                for (int done = 0; done < size(shape); done += shape[shape.length - 1]) {
                    row.clear();
                    while (row.hasRemaining()) {
                        row.putFloat(spread * (random.nextFloat() - 0.5f));
                    }
                    out.write(row.array());
                }
            }
        }
    }

    private static int size(int[] shape) {
        return IntStream.of(shape).reduce(1, Math::multiplyExact);
    }
}
