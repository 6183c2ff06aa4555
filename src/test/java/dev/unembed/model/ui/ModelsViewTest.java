package dev.unembed.model.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unembed.engine.architecture.ModelFolder.Dimensions;
import dev.unembed.model.ModelDownloads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelsViewTest {
    @ParameterizedTest
    @CsvSource({
        "/data/models/SmolLM2-135M-Instruct/, smollm2-135m-instruct",
        "gpt2, gpt2",
        "C:\\models\\My Model (v2), my-model-v2",
        "/models/qwen2.5, qwen2.5",
        "'', ''"
    })
    void aFolderSuggestsItsLastPartAsAName(String folder, String name) {
        assertThat(ModelDownloads.suggestedName(folder)).isEqualTo(name);
    }

    @Test
    void sharedKeyAndValueHeadsAreNamedOnlyWhenFewer() {
        assertThat(ModelsView.heads(new Dimensions(30, 576, 9, 3, 64, 1536, 49152, 8192, 134515008, "bf16")))
                .isEqualTo("9 / 3");
        assertThat(ModelsView.heads(new Dimensions(12, 768, 12, 12, 64, 3072, 50257, 1024, 124439808, "f32")))
                .isEqualTo("12");
    }
}
