package dev.unembed.engine.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.safetensors.Dtype;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.safetensors.SafetensorsWriter;
import dev.unembed.engine.safetensors.TensorInfo;
import dev.unembed.engine.transformer.Hooks;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
    private static final int[][] IDS = {{5, 9, 200, 17}};
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temp;

    @Test
    void describesAModelWithoutLoadingIt() {
        ModelFolder demo = ModelFolder.open(Fixtures.demo());
        assertThat(demo.family()).isEqualTo("gpt2");
        assertThat(demo.dimensions())
                .isEqualTo(new ModelFolder.Dimensions(6, 128, 8, 8, 16, 512, 1897, 128, 1_449_088, "F16"));
        assertThat(demo.memoryBytes()).isEqualTo(4 * 1_449_088);
        assertThat(demo.bosDescription()).isEqualTo("<|endoftext|> (id 0), prepended");
        assertThat(demo.digest())
                .hasSize(64)
                .isEqualTo(ModelFolder.open(Fixtures.demo()).digest());
    }

    @Test
    void theDigestIsOfTheContentNotOfTheFolder() throws IOException {
        Path copy = Fixtures.copy(Fixtures.demo(), temp.resolve("elsewhere"));
        assertThat(ModelFolder.open(copy).digest())
                .isEqualTo(ModelFolder.open(Fixtures.demo()).digest());
        Files.writeString(copy.resolve("README.md"), "changed");
        assertThat(ModelFolder.open(copy).digest())
                .isEqualTo(ModelFolder.open(Fixtures.demo()).digest());
        Files.writeString(copy.resolve("tokenizer_config.json"), "{\"add_bos_token\":false}");
        assertThat(ModelFolder.open(copy).digest())
                .isNotEqualTo(ModelFolder.open(Fixtures.demo()).digest());
    }

    @Test
    void everyArchitectureHasAFixtureThatLoads() throws IOException {
        List<String> covered = Fixtures.TINY.stream()
                .map(name -> ModelFolder.open(Fixtures.tiny(name)).family())
                .distinct()
                .toList();
        assertThat(covered)
                .containsExactlyInAnyOrderElementsOf(
                        Architecture.all().stream().map(Architecture::family).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "llama3"})
    void truncationAnywhereIsAClearError(String name) throws IOException {
        Path folder = Fixtures.copy(Fixtures.tiny(name), temp.resolve(name));
        byte[] whole = Files.readAllBytes(folder.resolve("model.safetensors"));
        for (int length : new int[] {0, 7, 8, 100, whole.length / 2, whole.length - 1}) {
            Files.write(folder.resolve("model.safetensors"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> ModelFolder.open(folder))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("model.safetensors");
        }
    }

    @Test
    void missingMisshapenAndUnusedTensorsAreNamed() throws IOException {
        assertRefused(
                rewritten("gpt2", tensors -> tensors.remove("transformer.h.1.attn.c_proj.weight")),
                "1 of",
                "transformer.h.1.attn.c_proj.weight");
        assertRefused(
                rewritten("gpt2", tensors -> tensors.put("transformer.h.0.extra", new Stored(new float[3], 3))),
                "unused",
                "transformer.h.0.extra");
        assertRefused(
                rewritten(
                        "llama",
                        t -> t.put("model.layers.2.self_attn.k_proj.weight", new Stored(new float[48], 48, 1))),
                "model.layers.2.self_attn.k_proj.weight: expected [24, 48], file model.safetensors has [48, 1]");
    }

    @Test
    void weightsOfIntegersAreRefused() throws IOException {
        Path folder = Fixtures.copy(Fixtures.tiny("llama"), temp.resolve("ints"));
        byte[] file = Files.readAllBytes(folder.resolve("model.safetensors"));
        String text = new String(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        String damaged = text.replaceFirst("\"dtype\":\"F32\"", "\"dtype\":\"I32\"");
        Files.write(
                folder.resolve("model.safetensors"), damaged.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        assertRefused(folder, "I32", "F32, F16, BF16");
    }

    /** Tensors of other types than fp32 would end the process in the native library: none is ever made. */
    @ParameterizedTest
    @EnumSource(Dtype.class)
    void everyStoredTypeIsConvertedOrRefused(Dtype dtype) throws IOException {
        Path folder = Fixtures.copy(Fixtures.tiny("gpt2"), temp.resolve(dtype.name()));
        SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"));
        ObjectNode header = JSON.createObjectNode();
        long end = 0;
        for (TensorInfo tensor : file.tensors().values()) {
            ObjectNode entry = header.putObject(tensor.name()).put("dtype", dtype.name());
            entry.putPOJO("shape", tensor.shape());
            long bytes = tensor.elements() * dtype.bytes();
            entry.putArray("data_offsets").add(end).add(end + bytes);
            end += bytes;
        }
        byte[] text = JSON.writeValueAsBytes(header);
        Files.write(
                folder.resolve("model.safetensors"),
                java.nio.ByteBuffer.allocate(Math.toIntExact(8 + text.length + end))
                        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                        .putLong(text.length)
                        .put(text)
                        .array());
        if (dtype.readableAsFloats()) {
            try (LanguageModel model = Fixtures.load(folder);
                    WeightSource.OpenBlock block = model.transformer().weights().open(0)) {
                block.weights().map(tensor -> {
                    assertThat(tensor.getDataType()).isEqualTo(DataType.FLOAT32);
                    return true;
                });
                assertThat(model.transformer().forward(IDS, Hooks.none()).logits())
                        .containsOnly(0f);
            }
        } else {
            assertRefused(folder, dtype.name(), "F32, F16, BF16");
        }
    }

    @Test
    void hubFilesOfGpt2WithoutPrefixAndWithMasksAreTheSameModel() throws IOException {
        Path hub = rewritten("gpt2", tensors -> {
            for (String name : List.copyOf(tensors.keySet())) {
                tensors.put(name.replace("transformer.", ""), tensors.remove(name));
            }
            tensors.put("h.0.attn.bias", new Stored(new float[16], 1, 1, 4, 4));
        });
        assertThat(logits(hub)).isEqualTo(logits(Fixtures.tiny("gpt2")));
    }

    @Test
    void shardsAreTheSameModelAsOneFile() throws IOException {
        Path folder = Fixtures.copy(Fixtures.tiny("llama"), temp.resolve("sharded"));
        SafetensorsFile whole = SafetensorsFile.open(folder.resolve("model.safetensors"));
        SafetensorsWriter[] shards = {new SafetensorsWriter(), new SafetensorsWriter()};
        ObjectNode index = JSON.createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        int i = 0;
        for (TensorInfo tensor : whole.tensors().values()) {
            int shard = i++ % 2;
            shards[shard].floats(
                    tensor.name(),
                    whole.floats(tensor.name()),
                    tensor.shape().stream().mapToLong(Long::longValue).toArray());
            map.put(tensor.name(), "model-" + shard + ".safetensors");
        }
        Files.delete(folder.resolve("model.safetensors"));
        for (int s = 0; s < 2; s++) {
            Files.write(folder.resolve("model-" + s + ".safetensors"), shards[s].toBytes());
        }
        Path indexFile = folder.resolve("model.safetensors.index.json");
        JSON.writeValue(indexFile.toFile(), index);
        assertThat(logits(folder)).isEqualTo(logits(Fixtures.tiny("llama")));

        map.put("model.norm.weight", "../../etc/passwd");
        JSON.writeValue(indexFile.toFile(), index);
        assertRefused(folder, "model.norm.weight", "same folder");
        map.put("model.norm.weight", "model-7.safetensors");
        JSON.writeValue(indexFile.toFile(), index);
        assertRefused(folder, "model-7.safetensors", "isn't in the folder");
        Files.writeString(indexFile, "{\"weight_map\":{}}");
        assertRefused(folder, "weight_map");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llama | model_type          | \"mamba\"                      | 'mamba' | gpt2, llama",
                "llama | hidden_act          | \"gelu\"                       | hidden_act | silu",
                "llama | model_type          | \"mamba\"                      | 'mamba' | gpt_neox, gptj, phi, opt, bloom, falcon",
                "llama | sliding_window      | 4096                           | sliding_window | 4096",
                "llama | quantization_config | {\"bits\":4}                   | quantization_config | de-quantised",
                "llama | rope_parameters     | {\"rope_type\":\"longrope\"}   | 'longrope' | default, linear, dynamic, llama3, yarn",
                "llama | rope_parameters     | {\"rope_type\":\"yarn\"}       | rope_parameters.factor | missing",
                "llama | partial_rotary_factor | 0.5                          | partial_rotary_factor | whole heads",
                "qwen3 | rope_parameters     | {\"rope_type\":\"default\",\"partial_rotary_factor\":0.5} | partial_rotary_factor | whole heads",
                "llama | rope_parameters     | {\"rope_type\":\"linear\"}     | rope_parameters.factor | missing",
                "llama | pretraining_tp      | 2                              | pretraining_tp | only 1",
                "llama | hidden_size         | null                           | hidden_size | missing",
                "llama | hidden_size         | \"48\"                         | hidden_size | whole number",
                "llama | num_key_value_heads | 3                              | num_key_value_heads | divisors",
                "llama | num_hidden_layers   | 0                              | num_hidden_layers | whole number above 0",
                "llama | num_hidden_layers   | 2147483647                     | 2147483647 layers | at most 1000",
                "llama | head_dim            | 2147483646                     | q_proj.weight | expected",
                "mistral | sliding_window    | -1                             | sliding_window | whole number above 0",
                "mistral | hidden_act        | \"gelu\"                       | hidden_act | silu",
                "mistral | layer_types       | [\"full_attention\"]           | layer_types | all see alike",
                "qwen2 | layer_types         | [\"sliding_attention\"]        | layer_types | use_sliding_window",
                "qwen2 | use_sliding_window  | \"yes\"                        | use_sliding_window | true or false",
                "qwen3 | attention_bias      | true                           | self_attn.q_proj.bias | missing",
                "gemma2 | layer_types        | [\"full_attention\"]           | layer_types | each of 3 layers",
                "gemma2 | layer_types        | [\"chunked\",\"chunked\",\"chunked\"] | chunked | sliding_attention",
                "gemma2 | hidden_activation  | \"tanh\"                       | hidden_activation | gelu_pytorch_tanh",
                "gemma2 | sliding_window     | null                           | sliding_window | missing",
                "gemma2 | final_logit_softcapping | 0                         | final_logit_softcapping | above 0",
                "gemma2 | use_bidirectional_attention | true                  | bidirectional | left to right",
                "gemma3 | attn_logit_softcapping | 50.0                       | attn_logit_softcapping | aren't capped",
                "gemma3 | rope_parameters    | {\"rope_type\":\"default\"}    | rope_parameters | sliding_attention",
                "olmo2 | sliding_window      | 4096                           | sliding_window | all earlier",
                "gpt_neox | hidden_act       | \"tanh\"                       | hidden_act | gelu_new",
                "gpt_neox | attention_bias   | false                          | unused | query_key_value.bias",
                "gptj  | rotary_dim          | 14                             | rotary_dim | up to the head's width 12",
                "phi   | qk_layernorm        | true                           | qk_layernorm | only false",
                "opt   | do_layer_norm_before | false                         | do_layer_norm_before | 350m",
                "opt   | word_embed_proj_dim | 24                             | word_embed_proj_dim | only 48",
                "opt   | enable_bias         | false                          | unused | fc1.bias",
                "bloom | apply_residual_connection_post_layernorm | true      | post_layernorm | only false",
                "bloom | n_inner             | 100                            | n_inner | only 192",
                "falcon | num_ln_in_parallel_attn | 2                         | num_ln_in_parallel_attn | supported are 1",
                "falcon | parallel_attn      | false                          | post_attention_layernorm.weight | missing",
                "falcon_new | parallel_attn  | false                          | parallel_attn | only true",
                "falcon_new | num_kv_heads   | 3                              | num_kv_heads | divisors",
                "falcon_rw | bias            | false                          | unused | dense.bias",
                "llama | attention_bias      | true                           | self_attn.q_proj.bias | missing",
                "llama | rms_norm_eps        | -1                             | rms_norm_eps | above 0",
                "gpt2  | activation_function | \"swish\"                      | activation_function | gelu_new",
                "gpt2  | n_head              | 5                              | n_head | divisors",
                "gpt2  | scale_attn_by_inverse_layer_idx | true               | scale_attn_by_inverse_layer_idx | false",
                "gpt2  | tie_word_embeddings | false                          | lm_head.weight | missing",
                "gpt2  | vocab_size          | 300                            | wte.weight | [300, 48]"
            })
    void settingsThatWouldChangeTheNumbersAreRefusedByName(
            String fixture, String key, String value, String mention, String also) throws IOException {
        Path folder = Fixtures.copy(Fixtures.tiny(fixture), temp.resolve("x"));
        ObjectNode config =
                (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
        config.set(key, JSON.readTree(value));
        JSON.writeValue(folder.resolve("config.json").toFile(), config);
        assertRefused(folder, mention, also);
    }

    /** Changes while reading (gathered heads, gains with 1 added) are of the values, whatever type they are stored in. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gemma2", "gpt_neox", "bloom", "falcon", "falcon_new"})
    void sixteenBitFilesAreTheSameModelAsTheirValuesInFp32(String fixture) throws IOException {
        Path rounded = rewritten(
                fixture,
                tensors -> tensors.replaceAll((name, stored) -> {
                    float[] values = stored.values().clone();
                    for (int i = 0; i < values.length; i++) {
                        values[i] = Float.intBitsToFloat(Float.floatToIntBits(values[i]) & 0xFFFF0000);
                    }
                    return new Stored(values, stored.shape());
                }));
        Path halves = Fixtures.copy(rounded, temp.resolve("halves"));
        SafetensorsFile file = SafetensorsFile.open(rounded.resolve("model.safetensors"));
        ObjectNode header = JSON.createObjectNode();
        java.io.ByteArrayOutputStream data = new java.io.ByteArrayOutputStream();
        for (TensorInfo tensor : file.tensors().values()) {
            ObjectNode entry = header.putObject(tensor.name()).put("dtype", "BF16");
            entry.putPOJO("shape", tensor.shape());
            entry.putArray("data_offsets").add(data.size()).add(data.size() + 2 * tensor.elements());
            for (float value : file.floats(tensor.name())) {
                int bits = Float.floatToIntBits(value) >>> 16;
                data.write(bits);
                data.write(bits >>> 8);
            }
        }
        byte[] text = JSON.writeValueAsBytes(header);
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(8 + text.length + data.size())
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .put(data.toByteArray());
        Files.write(halves.resolve("model.safetensors"), bytes.array());
        assertThat(ModelFolder.open(halves).dimensions().dtype()).isEqualTo("BF16");
        assertThat(logits(halves)).isEqualTo(logits(rounded));
    }

    @Test
    void aTiedModelsCopyOfItsEmbeddingIsNotAnotherModel() throws IOException {
        Path copied = rewritten("gemma2", t -> t.put("lm_head.weight", t.get("model.embed_tokens.weight")));
        assertThat(logits(copied)).isEqualTo(logits(Fixtures.tiny("gemma2")));
    }

    @Test
    void leavingOutAWindowMeansTheFamilysDefaultAndNullMeansNone() throws IOException {
        Path folder = Fixtures.copy(Fixtures.tiny("mistral"), temp.resolve("windows"));
        ObjectNode config =
                (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
        config.put("sliding_window", 2);
        JSON.writeValue(folder.resolve("config.json").toFile(), config);
        float[] narrow = logits(folder);
        config.putNull("sliding_window");
        JSON.writeValue(folder.resolve("config.json").toFile(), config);
        float[] everything = logits(folder);
        assertThat(narrow).isNotEqualTo(everything);
        config.remove("sliding_window"); // 4096 then, more than this prompt has
        JSON.writeValue(folder.resolve("config.json").toFile(), config);
        assertThat(logits(folder)).isEqualTo(everything);
    }

    @Test
    void linearRopeScalingIsSqueezedPositions() throws IOException {
        Path folder = Fixtures.copy(Fixtures.tiny("llama"), temp.resolve("linear"));
        ObjectNode config =
                (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
        config.remove("rope_parameters");
        config.put("rope_theta", 10000.0);
        config.putObject("rope_scaling").put("type", "linear").put("factor", 1.0);
        JSON.writeValue(folder.resolve("config.json").toFile(), config);
        assertThat(logits(folder)).isEqualTo(logits(Fixtures.tiny("llama")));
        config.putObject("rope_scaling").put("type", "linear").put("factor", 2.0);
        JSON.writeValue(folder.resolve("config.json").toFile(), config);
        assertThat(logits(folder)).isNotEqualTo(logits(Fixtures.tiny("llama")));
    }

    @Test
    void foldersThatAreNoModelsAreRefused() throws IOException {
        assertRefused(temp.resolve("nowhere"), "not a folder");
        assertRefused(Files.createDirectory(temp.resolve("empty")), "config.json");
        Path folder = Fixtures.copy(Fixtures.tiny("gpt2"), temp.resolve("x"));
        Files.delete(folder.resolve("model.safetensors"));
        assertRefused(folder, "neither model.safetensors nor");
        Files.writeString(folder.resolve("config.json"), "{\"model_type\":");
        assertRefused(folder, "config.json", "JSON");
    }

    private static void assertRefused(Path folder, String... mentions) {
        var refusal = assertThatThrownBy(() -> ModelFolder.open(folder)).isInstanceOf(InvalidInput.class);
        for (String mention : mentions) {
            refusal.hasMessageContaining(mention);
        }
    }

    private static float[] logits(Path folder) {
        try (LanguageModel model = Fixtures.load(folder)) {
            return model.transformer().forward(IDS, Hooks.none()).logits();
        }
    }

    private record Stored(float[] values, long... shape) {}

    /** A fixture whose weights were changed. */
    private Path rewritten(String fixture, Consumer<Map<String, Stored>> change) throws IOException {
        Path folder = Fixtures.copy(Fixtures.tiny(fixture), Files.createTempDirectory(temp, fixture));
        SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"));
        Map<String, Stored> tensors = new java.util.LinkedHashMap<>();
        file.tensors()
                .values()
                .forEach(t -> tensors.put(
                        t.name(),
                        new Stored(
                                file.floats(t.name()),
                                t.shape().stream().mapToLong(Long::longValue).toArray())));
        change.accept(tensors);
        SafetensorsWriter writer = new SafetensorsWriter();
        tensors.forEach((name, stored) -> writer.floats(name, stored.values(), stored.shape()));
        Files.write(folder.resolve("model.safetensors"), writer.toBytes());
        return folder;
    }
}
