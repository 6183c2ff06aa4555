package dev.unembed.engine.result;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unembed.engine.result.PreflightTable.Row;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The files of a {@link PreflightTable}: a few numbers per example, all in the header. */
final class PreflightTableFiles {
    static final String FORMAT = "unembed/preflight-table/1";

    private PreflightTableFiles() {}

    static byte[] toSafetensors(PreflightTable table) {
        return new SafetensorsWriter()
                .metadata("format", FORMAT)
                .metadata("header", HeaderJson.write(table.header()))
                .toBytes();
    }

    static PreflightTable fromSafetensors(SafetensorsFile file) {
        return new PreflightTable(HeaderJson.read(file, PreflightTable.Header.class, FORMAT));
    }

    static void writeJson(PreflightTable table, OutputStream out) {
        try (JsonGenerator json = HeaderJson.JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("kind", table.header().kind());
            json.writePOJOField("examples", table.header().examples());
            json.writePOJOField("summary", table.summary());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void writeCsv(PreflightTable table, Writer out) {
        try {
            out.append("prompt,answer,foil,template,tokens,answer_log_prob,foil_log_prob,logit_difference,answer_rank,"
                    + "correct,top_token,top_log_prob\r\n");
            for (Row row : table.header().examples()) {
                List<String> cells = List.of(
                        quoted(row.prompt()),
                        quoted(row.answer()),
                        quoted(row.foil()),
                        quoted(row.template()),
                        String.valueOf(row.tokens()),
                        String.valueOf(row.answerLogProb()),
                        Objects.toString(row.foilLogProb(), ""),
                        Objects.toString(row.logitDiff(), ""),
                        String.valueOf(row.answerRank()),
                        String.valueOf(row.correct()),
                        quoted(row.topToken()),
                        String.valueOf(row.topLogProb()));
                out.append(String.join(",", cells)).append("\r\n");
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(@Nullable String text) {
        return text == null ? "" : '"' + text.replace("\"", "\"\"") + '"';
    }
}
