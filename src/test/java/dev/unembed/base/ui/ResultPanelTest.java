package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.vaadin.flow.component.Component;
import dev.unembed.engine.result.CircuitVerdict;
import dev.unembed.engine.result.LensGrid;
import dev.unembed.engine.result.Result;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultPanelTest {
    private static final ResultPanel.Source SOURCE =
            new ResultPanel.Source("/api/v1/runs/42/result", "cities-42", Map.of("layer", List.of("28")), state -> {});

    @Test
    void everyShapeOfResultCanBeDrawn() {
        for (Class<?> shape : Result.class.getPermittedSubclasses()) {
            assertThat(ResultPanel.of(shape.asSubclass(Result.class), SOURCE))
                    .as(shape.getSimpleName())
                    .isNotNull();
        }
    }

    @Test
    void aVerdictIsReadAsJson() {
        Component panel = ResultPanel.of(CircuitVerdict.class, SOURCE);

        assertThat(panel).isInstanceOf(VerdictView.class);
        assertThat(panel.getElement().getProperty("src")).isEqualTo("/api/v1/runs/42/result");
        assertThat(panel.getElement().getProperty("filename")).isEqualTo("cities-42");
    }

    @Test
    void aLensPanelReadsItsResultByAddressAndStartsAtTheDeepLink() {
        Component panel = ResultPanel.of(LensGrid.class, SOURCE);

        assertThat(panel.getElement().getProperty("src")).isEqualTo("/api/v1/runs/42/result.safetensors");
        assertThat(panel.getElement().getProperty("csv")).isEqualTo("/api/v1/runs/42/result.csv");
        assertThat(panel.getElement().getProperty("layer")).isEqualTo("28");
    }
}
