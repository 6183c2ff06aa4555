package dev.unembed.engine.result;

import dev.unembed.engine.result.PreflightTable.Row;
import dev.unembed.engine.safetensors.SafetensorsFile;
import java.io.OutputStream;
import java.io.Writer;
import java.util.List;
import java.util.Objects;

/** The files of a {@link PreflightTable}: a few numbers per example, all in the header. */
final class PreflightTableFiles {
    static final String FORMAT = "unembed/preflight-table/1";

    private PreflightTableFiles() {}

    static byte[] toSafetensors(PreflightTable table) {
        return HeaderJson.file(FORMAT, table.header()).toBytes();
    }

    static PreflightTable fromSafetensors(SafetensorsFile file) {
        return new PreflightTable(HeaderJson.read(file, PreflightTable.Header.class, FORMAT));
    }

    static void writeJson(PreflightTable table, OutputStream out) {
        HeaderJson.stream(out, json -> {
            json.writeStartObject();
            json.writeStringField("kind", table.header().kind());
            json.writePOJOField("examples", table.header().examples());
            json.writePOJOField("summary", table.summary());
            json.writeEndObject();
        });
    }

    static void writeCsv(PreflightTable table, Writer out) {
        Csv.write(out, lines -> {
            lines.append(
                    "prompt,answer,foil,template,tokens,answer_log_prob,foil_log_prob,logit_difference,answer_rank,"
                            + "correct,top_token,top_log_prob" + Csv.LINE_END);
            for (Row row : table.header().examples()) {
                List<String> cells = List.of(
                        Csv.quoted(row.prompt()),
                        Csv.quoted(row.answer()),
                        Csv.quoted(row.foil()),
                        Csv.quoted(row.template()),
                        String.valueOf(row.tokens()),
                        String.valueOf(row.answerLogProb()),
                        Objects.toString(row.foilLogProb(), ""),
                        Objects.toString(row.logitDiff(), ""),
                        String.valueOf(row.answerRank()),
                        String.valueOf(row.correct()),
                        Csv.quoted(row.topToken()),
                        String.valueOf(row.topLogProb()));
                lines.append(String.join(",", cells)).append(Csv.LINE_END);
            }
        });
    }
}
