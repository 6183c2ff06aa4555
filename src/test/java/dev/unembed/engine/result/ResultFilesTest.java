package dev.unembed.engine.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.safetensors.SafetensorsWriter;
import dev.unembed.engine.tensor.Precision;
import dev.unembed.engine.transformer.ComponentId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultFilesTest {
    private static final LensGrid GRID = grid();

    private static LensGrid grid() {
        LensGrid.Winner winner = new LensGrid.Winner(3, " \"x\",\n", -0.25f);
        LensGrid.Header header = new LensGrid.Header(
                "lens",
                "logit",
                1,
                5,
                List.of("blocks.0.hook_resid_pre", "blocks.0.hook_resid_mid", "blocks.0.hook_resid_post"),
                List.of(new LensGrid.Token(0, "<s>"), new LensGrid.Token(4, " ü🙂")),
                true,
                Map.of(0, "<s>", 1, " b", 3, " \"x\",\n", 4, " ü🙂"),
                List.of(new LensGrid.Token(1, " b")),
                2,
                new LensGrid.Summary(List.of(
                        new LensGrid.Position(0, winner, 1, 0, 0, 1, List.of(new LensGrid.Overwritten(1, " b", 0, 0))),
                        new LensGrid.Position(1, winner, 0, 0, 0, 0, List.of()))),
                new LensGrid.SelfCheck(3e-5f, 1e-4f),
                Precision.BF16,
                new LensGrid.Deviation(1, .03f, .02f, .001f, 1));
        return new LensGrid(
                header,
                new LensGrid.Values(
                        new float[] {0, 0.5f, 1},
                        new int[] {1, 0, 3, 1, 1, 3, 3, 1, 3, 0, 3, 4},
                        new float[] {-.1f, -2, -.2f, -3, -.3f, -4, -.4f, -5, -.5f, -6, -.6f, -7},
                        new float[] {1, 2, 3, 4, 5, 6},
                        new float[] {.1f, .2f, .3f, .4f, 0, 0},
                        new float[] {-3, -.2f, -4, -.4f, -.5f, -.6f},
                        new int[] {4, 1, 2, 1, 1, 1},
                        new float[] {-.1f, -3, -.3f, -5, -9, -8},
                        new int[] {1, 2, 1, 2, 5, 4}));
    }

    @Test
    void safetensorsGiveTheSameResultBack() {
        LensGrid read = (LensGrid) ResultFiles.fromSafetensors(ResultFiles.toSafetensors(GRID));
        assertThat(read).usingRecursiveComparison().isEqualTo(GRID);
        assertThat(ResultFiles.toSafetensors(read)).isEqualTo(ResultFiles.toSafetensors(GRID));
    }

    @Test
    void safetensorsHoldTheArraysUnderTheirNames() throws IOException {
        SafetensorsFile file = SafetensorsFile.of("r", ResultFiles.toSafetensors(GRID));
        assertThat(file.metadata()).containsEntry("format", "unembed/lens-grid/1");
        assertThat(file.tensors())
                .containsOnlyKeys(
                        "tokenIds",
                        "layers",
                        "topIds",
                        "topLogProbs",
                        "entropy",
                        "klToFinal",
                        "finalLogProb",
                        "finalRank",
                        "trackedIds",
                        "trackedLogProb",
                        "trackedRank");
        assertThat(file.tensor("topIds").shape()).containsExactly(3L, 2L, 2L);
        assertThat(file.tensor("trackedRank").shape()).containsExactly(1L, 3L, 2L);
        JsonNode header = new ObjectMapper().readTree(file.metadata().get("header"));
        assertThat(header.at("/summary/positions/0/final/text").asText()).isEqualTo(" \"x\",\n");
        assertThat(header.at("/summary/positions/0/overwritten/0/to").asInt()).isZero();
        assertThat(header.at("/texts/4").asText()).isEqualTo(" ü🙂");
        assertThat(header.at("/selfCheck/tolerance").floatValue()).isEqualTo(1e-4f);
    }

    @Test
    void jsonNestsByLayerAndPosition() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ResultFiles.writeJson(GRID, out);
        JsonNode json = new ObjectMapper().readTree(out.toByteArray());
        assertThat(json.get("layers")).hasToString("[0,0.5,1]");
        assertThat(json.at("/topIds/1/0")).hasToString("[1,3]");
        assertThat(json.at("/topLogProbs/2/1/1").floatValue()).isEqualTo(-7);
        assertThat(json.at("/entropy/1/1").floatValue()).isEqualTo(4);
        assertThat(json.at("/tracked/0/rank/2")).hasToString("[5,4]");
        assertThat(json.at("/tracked/0/text").asText()).isEqualTo(" b");
        assertThat(json.at("/bosPrepended").asBoolean()).isTrue();
        assertThat(json.at("/summary/positions/1/crystallised").asInt()).isZero();
        assertThat(json.at("/selfCheck/maxAbsLogitDiff").floatValue()).isEqualTo(3e-5f);
    }

    @Test
    void csvHasOneLinePerCellAndQuotesTokens() {
        StringWriter out = new StringWriter();
        ResultFiles.writeCsv(GRID, out);
        String csv = out.toString();
        assertThat(csv).startsWith("layer,hook,position,token_id,token,top1_id,top1_token,top1_log_prob,entropy_nats,");
        assertThat(csv)
                .contains(
                        "0.5,blocks.0.hook_resid_mid,1,4,\" ü🙂\",3,\" \"\"x\"\",\n\",-0.4,4.0,0.4,-0.4,1,-5.0,2\r\n");
        assertThat(csv.split("\r\n")).hasSize(1 + 6);
    }

    private static final ComponentScores SCORES = scores();

    private static ComponentScores scores() {
        ComponentScores.Example first = new ComponentScores.Example(
                "A \"b\"", " c", " d", 3, 4, "ABBA", List.of("<s>", "A", " \"b\""), 2.5, 2.5, 1e-17, -0.1, -2.6, true);
        ComponentScores.Example second = new ComponentScores.Example(
                "A ü🙂", " c", " d", 3, 4, null, List.of("<s>", "A", " ü🙂"), -1, -1.0005, -5e-4, -3, -2.0, false);
        return new ComponentScores(
                new ComponentScores.Header(
                        "attribution",
                        "logit-diff",
                        1,
                        2,
                        1e-3,
                        List.of(first, second),
                        List.of(
                                new ComponentId.Embedding(),
                                new ComponentId.Head(0, 0),
                                new ComponentId.Head(0, 1),
                                new ComponentId.Mlp(0)),
                        first.tokens()),
                new ComponentScores.Values(
                        new float[] {0.5f, -0.5f, 3, 1, 0, 0, -1, -1.5f},
                        new float[] {1, 0.5f, 0.5f, 0, 0.25f, -0.25f},
                        new int[] {17, 4},
                        new float[] {-2, 0.5f},
                        new float[] {0.125f},
                        new float[] {0.125f}));
    }

    @Test
    void componentScoresAreGivenBackBySafetensors() {
        ComponentScores read = (ComponentScores) ResultFiles.fromSafetensors(ResultFiles.toSafetensors(SCORES));
        assertThat(read).usingRecursiveComparison().isEqualTo(SCORES);
        SafetensorsFile file = SafetensorsFile.of("r", ResultFiles.toSafetensors(read));
        assertThat(file.metadata()).containsEntry("format", "unembed/component-scores/1");
        assertThat(file.tensor("votes").shape()).containsExactly(4L, 2L);
        assertThat(file.tensor("sources").shape()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void componentScoresWithoutPartsAreGivenBackToo() {
        ComponentScores.Header header = SCORES.header();
        ComponentScores bare = new ComponentScores(
                new ComponentScores.Header(
                        header.kind(),
                        "logit",
                        header.layers(),
                        header.heads(),
                        header.tolerance(),
                        header.examples(),
                        header.components(),
                        List.of()),
                new ComponentScores.Values(
                        SCORES.values().votes(), new float[0], new int[0], new float[0], new float[0], new float[0]));
        assertThat(ResultFiles.fromSafetensors(ResultFiles.toSafetensors(bare)))
                .usingRecursiveComparison()
                .isEqualTo(bare);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ResultFiles.writeJson(bare, out);
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("sources", "neurons", "mlpBias");
    }

    @Test
    void componentScoresAsJsonSayTheSpreadAndTheParts() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ResultFiles.writeJson(SCORES, out);
        JsonNode json = new ObjectMapper().readTree(out.toByteArray());
        assertThat(json.properties())
                .extracting(Map.Entry::getKey)
                .containsExactly(
                        "kind",
                        "metric",
                        "layers",
                        "heads",
                        "tolerance",
                        "examples",
                        "components",
                        "sources",
                        "neurons",
                        "rest",
                        "mlpBias",
                        "closure",
                        "summary");
        assertThat(json.at("/examples/0/tokens/2").asText()).isEqualTo(" \"b\"");
        assertThat(json.at("/examples/1/residual").asDouble()).isEqualTo(-5e-4);
        assertThat(json.at("/examples/1/correct").asBoolean()).isFalse();
        JsonNode head = json.at("/components/1");
        assertThat(head.toString())
                .isEqualTo("{\"name\":\"L0H0\",\"mean\":2.0,\"sd\":1.0,\"q25\":1.5,\"median\":2.0,\"q75\":2.5,"
                        + "\"helping\":1.0,\"values\":[3.0,1.0]}");
        assertThat(json.at("/components/0/helping").asDouble()).isEqualTo(0.5);
        assertThat(json.at("/components/2/helping").asDouble()).isZero();
        assertThat(json.at("/sources/values/L0H1")).hasToString("[0.0,0.25,-0.25]");
        assertThat(json.at("/sources/tokens")).hasSize(3);
        assertThat(json.at("/neurons/MLP0/0")).hasToString("{\"neuron\":17,\"mean\":-2.0}");
        assertThat(json.at("/rest/MLP0").asDouble()).isEqualTo(0.125);
        assertThat(json.at("/mlpBias/MLP0").asDouble()).isEqualTo(0.125);
        assertThat(json.at("/closure/maxAbsResidual").asDouble()).isEqualTo(5e-4);
        assertThat(json.at("/closure/tolerance").asDouble()).isEqualTo(1e-3);
        assertThat(json.at("/summary/headline").asText()).isEqualTo("logit difference +0.75");
        assertThat(json.at("/summary/beside").asText()).isEqualTo("1 of 2 right");
        assertThat(json.at("/summary/detail").asText()).startsWith("L0H0 +2.00, MLP0 -1.25");
    }

    @Test
    void componentScoresAsCsvHaveOneLinePerComponent() {
        StringWriter out = new StringWriter();
        ResultFiles.writeCsv(SCORES, out);
        assertThat(out.toString().split("\r\n"))
                .hasSize(1 + 4)
                .startsWith("component,mean,sd,q25,median,q75,helping,example_1,example_2")
                .contains("L0H0,2.0,1.0,1.5,2.0,2.5,1.0,3.0,1.0");
    }

    @Test
    void filesOfAnotherFormatAreRefused() {
        byte[] other =
                new SafetensorsWriter().metadata("format", "unembed/else/1").toBytes();
        assertThatThrownBy(() -> ResultFiles.fromSafetensors(other))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("unembed/else/1");
    }
}
