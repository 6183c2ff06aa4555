package dev.unembed.engine.result;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unembed.engine.result.ComponentScores.Header;
import dev.unembed.engine.result.ComponentScores.Spread;
import dev.unembed.engine.result.ComponentScores.Values;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.transformer.ComponentId;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;

/** The files of {@link ComponentScores}. */
final class ComponentScoresFiles {
    static final String FORMAT = "unembed/component-scores/1";

    private ComponentScoresFiles() {}

    static byte[] toSafetensors(ComponentScores scores) {
        Header header = scores.header();
        Values v = scores.values();
        int layers = header.layers();
        int k = scores.neuronsPerMlp();
        return HeaderJson.file(FORMAT, header)
                .floats(
                        "votes",
                        v.votes(),
                        header.components().size(),
                        header.examples().size())
                .floats(
                        "sources",
                        v.sources(),
                        layers,
                        header.heads(),
                        header.sourceTokens().size())
                .ints("neurons", v.neurons(), layers, k)
                .floats("neuronVotes", v.neuronVotes(), layers, k)
                .floats("neuronRest", v.neuronRest(), v.neuronRest().length)
                .floats("mlpBias", v.mlpBias(), v.mlpBias().length)
                .toBytes();
    }

    static ComponentScores fromSafetensors(SafetensorsFile file) {
        Header header = HeaderJson.read(file, Header.class, FORMAT);
        return new ComponentScores(
                header,
                new Values(
                        file.floats("votes"),
                        file.floats("sources"),
                        file.ints("neurons"),
                        file.floats("neuronVotes"),
                        file.floats("neuronRest"),
                        file.floats("mlpBias")));
    }

    static void writeJson(ComponentScores scores, OutputStream out) {
        Header header = scores.header();
        HeaderJson.stream(out, json -> {
            json.writeStartObject();
            json.writeStringField("kind", header.kind());
            json.writeStringField("metric", header.metric());
            json.writeNumberField("layers", header.layers());
            json.writeNumberField("heads", header.heads());
            json.writeNumberField("tolerance", header.tolerance());
            json.writePOJOField("examples", header.examples());
            json.writeArrayFieldStart("components");
            for (int c = 0; c < header.components().size(); c++) {
                writeComponent(json, scores, c);
            }
            json.writeEndArray();
            if (scores.hasSources()) {
                writeSources(json, scores);
            }
            if (scores.hasNeurons()) {
                writeNeurons(json, scores);
            }
            json.writeObjectFieldStart("closure");
            json.writeNumberField("maxAbsResidual", scores.maxAbsResidual());
            json.writeNumberField("tolerance", header.tolerance());
            json.writeEndObject();
            json.writePOJOField("summary", scores.summary());
            json.writeEndObject();
        });
    }

    private static void writeComponent(JsonGenerator json, ComponentScores scores, int component) throws IOException {
        Spread spread = scores.spread(component);
        json.writeStartObject();
        json.writeStringField(
                "name", scores.header().components().get(component).text());
        json.writeNumberField("mean", spread.mean());
        json.writeNumberField("sd", spread.sd());
        json.writeNumberField("q25", spread.q25());
        json.writeNumberField("median", spread.median());
        json.writeNumberField("q75", spread.q75());
        json.writeNumberField("helping", spread.helping());
        json.writeArrayFieldStart("values");
        for (int e = 0; e < scores.header().examples().size(); e++) {
            json.writeNumber(scores.vote(component, e));
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeSources(JsonGenerator json, ComponentScores scores) throws IOException {
        Header header = scores.header();
        int positions = header.sourceTokens().size();
        json.writeObjectFieldStart("sources");
        json.writePOJOField("tokens", header.sourceTokens());
        json.writeObjectFieldStart("values");
        for (int l = 0; l < header.layers(); l++) {
            for (int h = 0; h < header.heads(); h++) {
                json.writeArrayFieldStart(new ComponentId.Head(l, h).text());
                for (int p = 0; p < positions; p++) {
                    json.writeNumber(scores.values().sources()[(l * header.heads() + h) * positions + p]);
                }
                json.writeEndArray();
            }
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /** The named neurons, and beside them what makes each sum complete: the other neurons and the bias. */
    private static void writeNeurons(JsonGenerator json, ComponentScores scores) throws IOException {
        Values v = scores.values();
        int k = scores.neuronsPerMlp();
        json.writeObjectFieldStart("neurons");
        for (int l = 0; l < scores.header().layers(); l++) {
            json.writeArrayFieldStart(new ComponentId.Mlp(l).text());
            for (int i = l * k; i < (l + 1) * k; i++) {
                json.writeStartObject();
                json.writeNumberField("neuron", v.neurons()[i]);
                json.writeNumberField("mean", v.neuronVotes()[i]);
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
        writePerMlp(json, "rest", v.neuronRest());
        writePerMlp(json, "mlpBias", v.mlpBias());
    }

    private static void writePerMlp(JsonGenerator json, String name, float[] values) throws IOException {
        json.writeObjectFieldStart(name);
        for (int l = 0; l < values.length; l++) {
            json.writeNumberField(new ComponentId.Mlp(l).text(), values[l]);
        }
        json.writeEndObject();
    }

    /** A line per component; the last columns are the examples, numbered from 1. */
    static void writeCsv(ComponentScores scores, Writer out) {
        Csv.write(out, lines -> {
            StringBuilder head = new StringBuilder("component,mean,sd,q25,median,q75,helping");
            for (int e = 1; e <= scores.header().examples().size(); e++) {
                head.append(",example_").append(e);
            }
            lines.append(head).append(Csv.LINE_END);
            for (int c = 0; c < scores.header().components().size(); c++) {
                Spread spread = scores.spread(c);
                StringBuilder line = new StringBuilder()
                        .append(scores.header().components().get(c).text())
                        .append(',')
                        .append(spread.mean())
                        .append(',')
                        .append(spread.sd())
                        .append(',')
                        .append(spread.q25())
                        .append(',')
                        .append(spread.median())
                        .append(',')
                        .append(spread.q75())
                        .append(',')
                        .append(spread.helping());
                for (int e = 0; e < scores.header().examples().size(); e++) {
                    line.append(',').append(scores.vote(c, e));
                }
                lines.append(line).append(Csv.LINE_END);
            }
        });
    }
}
