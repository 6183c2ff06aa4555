package dev.unembed.hypothesis.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.circuit.Ablation;
import dev.unembed.engine.circuit.Universe;
import dev.unembed.hypothesis.HypothesisDetails.Evidence;
import dev.unembed.hypothesis.HypothesisState;
import dev.unembed.hypothesis.Protocol;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class HypothesisWordsTest {
    @Test
    void onlyASupportedClaimIsGreen() {
        for (HypothesisState state : HypothesisState.values()) {
            assertThat(HypothesisWords.chip(state).getClassNames().contains("good"))
                    .as(state.text())
                    .isEqualTo(state == HypothesisState.SUPPORTED);
            assertThat(HypothesisWords.chip(state).getElement().getTextRecursively())
                    .isEqualTo(state.text());
        }
    }

    @Test
    void aCircuitIsCountedByWhatItIsMadeOf() {
        assertThat(HypothesisWords.size(List.of("L9H9"))).isEqualTo("1 head");
        assertThat(HypothesisWords.size(List.of("L9H9", "L1H1@END", "MLP0"))).isEqualTo("2 heads, 1 MLP");
        assertThat(HypothesisWords.size(List.of("MLP0", "MLP1"))).isEqualTo("2 MLPs");
    }

    @Test
    void aProtocolIsOneLine() {
        assertThat(HypothesisWords.protocol(Protocol.USUAL))
                .isEqualTo("heads · mean over the set · all positions · 100 random circuits");
        assertThat(HypothesisWords.protocol(new Protocol(
                        Universe.Members.HEADS_AND_MLPS,
                        Ablation.Value.ZERO,
                        Ablation.Reference.SET,
                        Universe.Positions.NAMED,
                        1,
                        true,
                        0.1)))
                .isEqualTo("heads and MLPs · zeroed · named positions · 1 random circuit · protocol sweep");
    }

    @Test
    void keyFiguresComeFromTheSummaryOfTheRun() throws JsonProcessingException {
        assertThat(figures("{\"share\":0.78,\"sufficiency\":0.746,\"necessity\":0.051,\"pValue\":0.213}"))
                .isEqualTo("accounts for 78 % · keeps 75 % · without it 5 % · p 0.213");
        assertThat(figures("{}")).isEmpty();
        assertThat(HypothesisWords.figures(null)).isEmpty();
    }

    @Test
    void fieldsOfAComparisonAreNamedInWords() {
        assertThat(VersionComparison.words("protocol.randomCircuits")).isEqualTo("random circuits");
        assertThat(VersionComparison.words("thresholds.pValue")).isEqualTo("threshold: p value");
        assertThat(VersionComparison.words("classes.name mover")).isEqualTo("class name mover");
        assertThat(VersionComparison.words("claim")).isEqualTo("claim");
    }

    private static String figures(String summary) throws JsonProcessingException {
        return HypothesisWords.figures(new Evidence(
                1,
                42,
                "supported",
                (ObjectNode) new ObjectMapper().readTree(summary),
                Instant.parse("2026-11-25T12:00:00Z")));
    }
}
