package dev.unembed.engine.result;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.safetensors.SafetensorsFile;
import dev.unembed.engine.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** What the files of results have in common: facts as JSON in the metadata of the stored file, and the public JSON. */
final class HeaderJson {
    /** Writes one JSON value. */
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .build();

    private HeaderJson() {}

    /** The beginning of a stored file: its format and its header; arrays follow. */
    static SafetensorsWriter file(String format, Record header) {
        try {
            return new SafetensorsWriter()
                    .metadata("format", format)
                    .metadata("header", JSON.writeValueAsString(header));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Streams the public form; the stream is flushed and left open. */
    static void stream(OutputStream out, Body body) {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws InvalidInput if the file's header isn't one of its format */
    static <H extends Record> H read(SafetensorsFile file, Class<H> type, String format) {
        try {
            return JSON.readValue(file.metadata().getOrDefault("header", ""), type);
        } catch (JsonProcessingException e) {
            throw new InvalidInput("result: its header isn't one of " + format + ": " + e.getOriginalMessage(), e);
        }
    }
}
