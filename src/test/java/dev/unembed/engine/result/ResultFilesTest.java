package dev.unembed.engine.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.safetensors.SafetensorsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
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
                new LensGrid.SelfCheck(3e-5f, 1e-4f));
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

    @Test
    void filesOfAnotherFormatAreRefused() {
        byte[] other =
                new SafetensorsWriter().metadata("format", "unembed/else/1").toBytes();
        assertThatThrownBy(() -> ResultFiles.fromSafetensors(other))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("unembed/else/1");
    }
}
