package dev.unembed.engine.result;

import dev.unembed.engine.safetensors.SafetensorsFile;
import java.io.OutputStream;
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
        return HeaderJson.file(FORMAT, verdict)
                .floats("modelCircuitKnockout", values, 3, examples.size())
                .toBytes();
    }

    static CircuitVerdict fromSafetensors(SafetensorsFile file) {
        return HeaderJson.read(file, CircuitVerdict.class, FORMAT);
    }

    static void writeJson(CircuitVerdict verdict, OutputStream out) {
        HeaderJson.stream(out, json -> json.writePOJO(verdict));
    }

    /** A line per example. */
    static void writeCsv(CircuitVerdict verdict, Writer out) {
        Csv.write(out, lines -> {
            lines.append("example,prompt,answer,foil,model,circuit,knockout" + Csv.LINE_END);
            int number = 1;
            for (CircuitVerdict.Example example : verdict.examples()) {
                lines.append(number++ + "," + Csv.quoted(example.prompt()) + "," + Csv.quoted(example.answer()) + ","
                        + Csv.quoted(example.foil()) + "," + example.model() + "," + example.circuit() + ","
                        + example.knockout() + Csv.LINE_END);
            }
        });
    }
}
