package dev.unembed.engine.result;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unembed.engine.result.LensGrid.Header;
import dev.unembed.engine.result.LensGrid.Token;
import dev.unembed.engine.result.LensGrid.Values;
import dev.unembed.engine.safetensors.SafetensorsFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;

/** The files of a {@link LensGrid}. */
final class LensGridFiles {
    static final String FORMAT = "unembed/lens-grid/1";

    private LensGridFiles() {}

    static byte[] toSafetensors(LensGrid grid) {
        Values v = grid.values();
        int rows = grid.rows();
        int positions = grid.positions();
        int k = grid.header().topK();
        int m = grid.header().tracked().size();
        int[] tokenIds = grid.header().tokens().stream().mapToInt(Token::id).toArray();
        int[] trackedIds = grid.header().tracked().stream().mapToInt(Token::id).toArray();
        return HeaderJson.file(FORMAT, grid.header())
                .ints("tokenIds", tokenIds, positions)
                .floats("layers", v.layers(), rows)
                .ints("topIds", v.topIds(), rows, positions, k)
                .floats("topLogProbs", v.topLogProbs(), rows, positions, k)
                .floats("entropy", v.entropy(), rows, positions)
                .floats("klToFinal", v.klToFinal(), rows, positions)
                .floats("finalLogProb", v.finalLogProb(), rows, positions)
                .ints("finalRank", v.finalRank(), rows, positions)
                .ints("trackedIds", trackedIds, m)
                .floats("trackedLogProb", v.trackedLogProb(), m, rows, positions)
                .ints("trackedRank", v.trackedRank(), m, rows, positions)
                .toBytes();
    }

    static LensGrid fromSafetensors(SafetensorsFile file) {
        Header header = HeaderJson.read(file, Header.class, FORMAT);
        return new LensGrid(
                header,
                new Values(
                        file.floats("layers"),
                        file.ints("topIds"),
                        file.floats("topLogProbs"),
                        file.floats("entropy"),
                        file.floats("klToFinal"),
                        file.floats("finalLogProb"),
                        file.ints("finalRank"),
                        file.floats("trackedLogProb"),
                        file.ints("trackedRank")));
    }

    static void writeJson(LensGrid grid, OutputStream out) {
        Header header = grid.header();
        Values values = grid.values();
        HeaderJson.stream(out, json -> {
            json.writeStartObject();
            json.writeStringField("kind", header.kind());
            json.writeStringField("lens", header.lens());
            json.writePOJOField("tokens", header.tokens());
            json.writeBooleanField("bosPrepended", header.bosPrepended());
            json.writeArrayFieldStart("layers");
            for (float layer : values.layers()) {
                if (layer == (int) layer) {
                    json.writeNumber((int) layer);
                } else {
                    json.writeNumber(layer);
                }
            }
            json.writeEndArray();
            json.writePOJOField("hooks", header.hooks());
            writeTop(json, grid);
            writeFloats(json, "entropy", grid, values.entropy(), 0);
            writeFloats(json, "klToFinal", grid, values.klToFinal(), 0);
            writeFloats(json, "finalLogProb", grid, values.finalLogProb(), 0);
            writeInts(json, "finalRank", grid, values.finalRank(), 0);
            writeTracked(json, grid);
            json.writePOJOField("texts", header.texts());
            json.writePOJOField("summary", header.summary());
            json.writePOJOField("selfCheck", header.selfCheck());
            json.writePOJOField("precision", header.precision());
            if (header.deviation() != null) {
                json.writePOJOField("deviation", header.deviation());
            }
            json.writeEndObject();
        });
    }

    private static void writeTop(JsonGenerator json, LensGrid grid) throws IOException {
        int k = grid.header().topK();
        json.writeArrayFieldStart("topIds");
        for (int row = 0; row < grid.rows(); row++) {
            json.writeStartArray();
            for (int position = 0; position < grid.positions(); position++) {
                json.writeArray(grid.values().topIds(), grid.cell(row, position) * k, k);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("topLogProbs");
        for (int row = 0; row < grid.rows(); row++) {
            json.writeStartArray();
            for (int position = 0; position < grid.positions(); position++) {
                json.writeStartArray();
                for (int place = 0; place < k; place++) {
                    json.writeNumber(grid.topLogProb(row, position, place));
                }
                json.writeEndArray();
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private static void writeTracked(JsonGenerator json, LensGrid grid) throws IOException {
        int cells = grid.rows() * grid.positions();
        json.writeArrayFieldStart("tracked");
        for (int m = 0; m < grid.header().tracked().size(); m++) {
            Token token = grid.header().tracked().get(m);
            json.writeStartObject();
            json.writeNumberField("id", token.id());
            json.writeStringField("text", token.text());
            writeFloats(json, "logProb", grid, grid.values().trackedLogProb(), m * cells);
            writeInts(json, "rank", grid, grid.values().trackedRank(), m * cells);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeFloats(JsonGenerator json, String name, LensGrid grid, float[] values, int from)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (int row = 0; row < grid.rows(); row++) {
            json.writeStartArray();
            for (int position = 0; position < grid.positions(); position++) {
                json.writeNumber(values[from + grid.cell(row, position)]);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private static void writeInts(JsonGenerator json, String name, LensGrid grid, int[] values, int from)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (int row = 0; row < grid.rows(); row++) {
            json.writeArray(values, from + row * grid.positions(), grid.positions());
        }
        json.writeEndArray();
    }

    static void writeCsv(LensGrid grid, Writer out) {
        Csv.write(out, lines -> {
            StringBuilder line =
                    new StringBuilder("layer,hook,position,token_id,token,top1_id,top1_token,top1_log_prob,"
                            + "entropy_nats,kl_to_final_nats,final_log_prob,final_rank");
            for (Token token : grid.header().tracked()) {
                String name = "tracked " + token.id() + " '" + token.text() + "' ";
                line.append(',').append(Csv.quoted(name + "log_prob"));
                line.append(',').append(Csv.quoted(name + "rank"));
            }
            lines.append(line).append(Csv.LINE_END);
            for (int row = 0; row < grid.rows(); row++) {
                for (int position = 0; position < grid.positions(); position++) {
                    writeCell(grid, row, position, lines);
                }
            }
        });
    }

    private static void writeCell(LensGrid grid, int row, int position, Writer out) throws IOException {
        Values v = grid.values();
        int cell = grid.cell(row, position);
        float layer = v.layers()[row];
        Token token = grid.header().tokens().get(position);
        int top = grid.topId(row, position, 0);
        StringBuilder line = new StringBuilder();
        line.append(layer == (int) layer ? String.valueOf((int) layer) : String.valueOf(layer))
                .append(',');
        line.append(grid.header().hooks().get(row)).append(',');
        line.append(position).append(',');
        line.append(token.id()).append(',').append(Csv.quoted(token.text())).append(',');
        line.append(top).append(',').append(Csv.quoted(grid.text(top))).append(',');
        line.append(grid.topLogProb(row, position, 0)).append(',');
        line.append(v.entropy()[cell]).append(',').append(v.klToFinal()[cell]).append(',');
        line.append(v.finalLogProb()[cell]).append(',').append(v.finalRank()[cell]);
        int cells = grid.rows() * grid.positions();
        for (int m = 0; m < grid.header().tracked().size(); m++) {
            line.append(',').append(v.trackedLogProb()[m * cells + cell]);
            line.append(',').append(v.trackedRank()[m * cells + cell]);
        }
        out.append(line).append(Csv.LINE_END);
    }
}
