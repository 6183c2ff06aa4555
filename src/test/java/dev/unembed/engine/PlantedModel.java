package dev.unembed.engine;

import dev.unembed.engine.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A GPT-2 folder whose weights are written by hand, so that its circuits are known.
 *
 * <p>The stream is made of <em>features</em>, two axes each, one for the value and one for its negative: a LayerNorm's mean is
 * 0. One of them is large and the same everywhere, so that a LayerNorm divides by the same number whatever else is in the
 * stream; its gain multiplies by that number again, and so every head reads what stands there. MLPs do nothing, and heads
 * do nothing until they are given something to do.
 *
 * <p>Words are single tokens, and their unembedding reads what their embedding writes: a head that writes the feature of a
 * word votes for it.
 */
public final class PlantedModel {
    private static final int POSITIONS = 8;
    private static final float LARGE = 100;
    /** Of scores: attention is all or nothing. */
    private static final double SHARP = 30;

    private final List<String> words;
    private final int layers;
    private final int heads;
    private final int dHead;
    private final int dModel;
    private final float[] tokens;
    private final float[] positions;
    private final float[][] qkv;
    private final float[][] output;

    /** Features by what they say: words, then the same of the word before, then positions, then the large one. */
    public PlantedModel(int layers, int heads, String... words) {
        this.words = List.of(words);
        this.layers = layers;
        this.heads = heads;
        int features = 2 * words.length + POSITIONS + 1;
        // room for the stream's features, and in a head for two of every word
        dHead = 2 * Math.max(Math.ceilDiv(features, heads), Math.max(words.length, POSITIONS));
        dModel = heads * dHead;
        tokens = new float[words.length * dModel];
        positions = new float[POSITIONS * dModel];
        qkv = new float[layers][dModel * 3 * dModel];
        output = new float[layers][dModel * dModel];
        for (int w = 0; w < words.length; w++) {
            put(tokens, w, word(w), 1);
        }
        for (int p = 0; p < POSITIONS; p++) {
            put(positions, p, position(p), 1);
            put(positions, p, large(), LARGE);
        }
    }

    public int word(int w) {
        return w;
    }

    public int wordBefore(int w) {
        return words.size() + w;
    }

    public int position(int p) {
        return 2 * words.size() + p;
    }

    private int large() {
        return 2 * words.size() + POSITIONS;
    }

    private void put(float[] rows, int row, int feature, double value) {
        rows[row * dModel + 2 * feature] += (float) value;
        rows[row * dModel + 2 * feature + 1] -= (float) value;
    }

    /** What a head looks for: how much a feature at the query likes a feature at the key, through one of its dimensions. */
    public PlantedModel attends(int layer, int head, int dimension, int queryFeature, int keyFeature, double liking) {
        double each = Math.sqrt(SHARP * Math.sqrt(dHead));
        read(layer, 0, head, dimension, queryFeature, liking * each);
        read(layer, 1, head, dimension, keyFeature, each);
        return this;
    }

    /** The same whatever stands at the query. */
    public PlantedModel attendsAlways(int layer, int head, int dimension, int keyFeature, double liking) {
        return attends(layer, head, dimension, large(), keyFeature, liking / LARGE);
    }

    /** Every position looks at the one before it. */
    public PlantedModel attendsToTheWordBefore(int layer, int head) {
        for (int p = 1; p < POSITIONS; p++) {
            attends(layer, head, p, position(p), position(p - 1), 1);
        }
        return this;
    }

    /** What a head makes of a feature that it finds. */
    public PlantedModel moves(int layer, int head, int dimension, int from, int to, double factor) {
        read(layer, 2, head, dimension, from, factor);
        int row = head * dHead + dimension;
        put(output[layer], row, to, 1);
        return this;
    }

    private void read(int layer, int part, int head, int dimension, int feature, double factor) {
        int column = part * dModel + head * dHead + dimension;
        qkv[layer][2 * feature * 3 * dModel + column] += (float) (factor / 2);
        qkv[layer][(2 * feature + 1) * 3 * dModel + column] -= (float) (factor / 2);
    }

    /** @return the folder */
    public Path write(Path folder) {
        SafetensorsWriter weights = new SafetensorsWriter()
                .floats("wte.weight", tokens, words.size(), dModel)
                .floats("wpe.weight", positions, POSITIONS, dModel);
        for (int l = 0; l < layers; l++) {
            String h = "h." + l + ".";
            norm(weights, h + "ln_1");
            weights.floats(h + "attn.c_attn.weight", qkv[l], dModel, 3L * dModel)
                    .floats(h + "attn.c_attn.bias", new float[3 * dModel], 3L * dModel)
                    .floats(h + "attn.c_proj.weight", output[l], dModel, dModel)
                    .floats(h + "attn.c_proj.bias", new float[dModel], dModel);
            norm(weights, h + "ln_2");
            weights.floats(h + "mlp.c_fc.weight", new float[dModel], dModel, 1)
                    .floats(h + "mlp.c_fc.bias", new float[1], 1)
                    .floats(h + "mlp.c_proj.weight", new float[dModel], 1, dModel)
                    .floats(h + "mlp.c_proj.bias", new float[dModel], dModel);
        }
        norm(weights, "ln_f");
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve("model.safetensors"), weights.toBytes());
            Files.writeString(folder.resolve("config.json"), """
                    {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": %d, "n_head": %d,
                     "n_embd": %d, "n_inner": 1, "vocab_size": %d, "n_positions": %d, "n_ctx": %d,
                     "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "tie_word_embeddings": true}
                    """.formatted(
                            layers, heads, dModel, words.size(), POSITIONS, POSITIONS));
            String vocabulary = IntStream.range(0, words.size())
                    .mapToObj(w -> "\"%s\": %d".formatted(words.get(w), w))
                    .collect(Collectors.joining(", "));
            Files.writeString(folder.resolve("tokenizer.json"), """
                    {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
                     "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null, "decoder": null,
                     "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "%s"}}
                    """.formatted(vocabulary, words.getLast()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    private void norm(SafetensorsWriter weights, String name) {
        float[] gain = new float[dModel];
        Arrays.fill(gain, (float) (LARGE * Math.sqrt(2.0 / dModel)));
        weights.floats(name + ".weight", gain, dModel).floats(name + ".bias", new float[dModel], dModel);
    }
}
