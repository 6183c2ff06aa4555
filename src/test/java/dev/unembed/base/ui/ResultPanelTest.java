package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.ComponentUtil;
import dev.unembed.engine.result.CircuitVerdict;
import dev.unembed.engine.result.ComponentScores;
import dev.unembed.engine.result.LensGrid;
import dev.unembed.engine.result.Result;
import dev.unembed.engine.result.ScoreGrid;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultPanelTest {
    private static final List<List<String>> HYPOTHESES = new ArrayList<>();
    private static final ResultPanel.Source SOURCE = new ResultPanel.Source(
            "/api/v1/runs/42/result",
            "cities-42",
            new ComponentBoard.Comparison(
                    List.of(new ComponentBoard.Measured("7", "Heads", "/api/v1/runs/7/result", "runs/7")),
                    "analyses/new"),
            Map.of("layer", List.of("28"), "selected", List.of("L3H1,MLP0"), "effects", List.of("7")),
            state -> {},
            HYPOTHESES::add);

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

    @Test
    void aBoardReadsItsResultAsJsonStartsAtItsSelectionAndAsksForHypotheses() {
        Component panel = ResultPanel.of(ComponentScores.class, SOURCE);

        assertThat(panel.getElement().getProperty("src")).isEqualTo("/api/v1/runs/42/result");
        assertThat(panel.getElement().getProperty("csv")).isEqualTo("/api/v1/runs/42/result.csv");
        assertThat(panel.getElement().getProperty("selected")).isEqualTo("L3H1,MLP0");

        assertThat(panel.getElement().getProperty("effects")).isEqualTo("7");
        assertThat(panel.getElement().getProperty("measure")).isEqualTo("analyses/new");

        HYPOTHESES.clear();
        ComponentUtil.fireEvent(
                panel, new ComponentBoard.MakeHypothesisEvent((ComponentBoard) panel, true, "L3H1,MLP0,embed"));
        assertThat(HYPOTHESES).containsExactly(List.of("L3H1", "MLP0"));
    }

    @Test
    void aSweepReadsItsResultAsJson() {
        Component panel = ResultPanel.of(ScoreGrid.class, SOURCE);

        assertThat(panel.getElement().getTag()).isEqualTo("score-grid");
        assertThat(panel.getElement().getProperty("src")).isEqualTo("/api/v1/runs/42/result");
    }
}
