package dev.unembed.engine.result;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unembed.engine.safetensors.SafetensorsFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;

/** The files of a {@link ScoreGrid}. */
final class ScoreGridFiles {
    static final String FORMAT = "unembed/score-grid/1";

    private ScoreGridFiles() {}

    static byte[] toSafetensors(ScoreGrid grid) {
        int layers = grid.header().layers();
        int columns = grid.header().columns().size();
        return HeaderJson.file(FORMAT, grid.header())
                .floats("values", grid.values(), layers, columns)
                .floats("raw", grid.raw(), layers, columns)
                .toBytes();
    }

    static ScoreGrid fromSafetensors(SafetensorsFile file) {
        return new ScoreGrid(
                HeaderJson.read(file, ScoreGrid.Header.class, FORMAT), file.floats("values"), file.floats("raw"));
    }

    static void writeJson(ScoreGrid grid, OutputStream out) {
        ScoreGrid.Header header = grid.header();
        HeaderJson.stream(out, json -> {
            json.writeStartObject();
            json.writeStringField("kind", header.kind());
            json.writeStringField("site", header.site());
            json.writeStringField("direction", header.direction());
            json.writeStringField("positions", header.positions());
            json.writeNumberField("cleanMean", header.cleanMean());
            json.writeNumberField("corruptedMean", header.corruptedMean());
            json.writeNumberField("layers", header.layers());
            json.writePOJOField("columns", header.columns());
            writeRows(json, "values", grid, grid.values());
            writeRows(json, "raw", grid, grid.raw());
            json.writePOJOField("examples", header.examples());
            json.writePOJOField("selfCheck", header.selfCheck());
            json.writePOJOField("summary", grid.summary());
            json.writeEndObject();
        });
    }

    private static void writeRows(JsonGenerator json, String name, ScoreGrid grid, float[] values) throws IOException {
        json.writeArrayFieldStart(name);
        for (int layer = 0; layer < grid.header().layers(); layer++) {
            json.writeStartArray();
            for (int column = 0; column < grid.header().columns().size(); column++) {
                json.writeNumber(values[grid.cell(layer, column)]);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    static void writeCsv(ScoreGrid grid, Writer out) {
        Csv.write(out, lines -> {
            lines.append("layer,column,label,value,mean_logit_difference" + Csv.LINE_END);
            for (int layer = 0; layer < grid.header().layers(); layer++) {
                for (int column = 0; column < grid.header().columns().size(); column++) {
                    String label = Csv.quoted(grid.header().columns().get(column));
                    int cell = grid.cell(layer, column);
                    lines.append(layer + "," + column + "," + label + "," + grid.values()[cell] + "," + grid.raw()[cell]
                            + Csv.LINE_END);
                }
            }
        });
    }
}
