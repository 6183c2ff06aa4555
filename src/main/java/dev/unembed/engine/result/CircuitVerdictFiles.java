package dev.unembed.engine.result;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;

/** The files of a {@link CircuitVerdict}: mostly facts, so the stored form is its JSON beside a few arrays. */
final class CircuitVerdictFiles {
    static final String FORMAT = "unembed/circuit-verdict/1";

    private CircuitVerdictFiles() {}

    static byte[] toSafetensors(CircuitVerdict verdict) {
        List<CircuitVerdict.Example> examples = verdict.examples();
        float[] values = new float[3 * examples.size()];
        for (int i = 0; i < examples.size(); i++) {
            values[i] = (float) examples.get(i).model();
            values[examples.size() + i] = (float) examples.get(i).circuit();
            values[2 * examples.size() + i] = (float) examples.get(i).knockout();
        }
        return new SafetensorsWriter()
                .metadata("format", FORMAT)
                .metadata("header", HeaderJson.write(verdict))
                .floats("modelCircuitKnockout", values, 3, examples.size())
                .toBytes();
    }

    static CircuitVerdict fromSafetensors(SafetensorsFile file) {
        return HeaderJson.read(file, CircuitVerdict.class, FORMAT);
    }

    static void writeJson(CircuitVerdict verdict, OutputStream out) {
        try (JsonGenerator json = HeaderJson.JSON.createGenerator(out)) {
            json.writePOJO(verdict);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line per example. */
    static void writeCsv(CircuitVerdict verdict, Writer out) {
        try {
            out.append("example,prompt,answer,foil,model,circuit,knockout\r\n");
            int number = 1;
            for (CircuitVerdict.Example example : verdict.examples()) {
                out.append(number++ + "," + quoted(example.prompt()) + "," + quoted(example.answer()) + ","
                        + quoted(example.foil()) + "," + example.model() + "," + example.circuit() + ","
                        + example.knockout() + "\r\n");
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }
}
