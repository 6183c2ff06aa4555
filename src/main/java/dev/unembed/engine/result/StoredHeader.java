package dev.unembed.engine.result;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.safetensors.SafetensorsFile;
import java.io.UncheckedIOException;

/** The facts of a result beside its arrays: a record, as JSON in the metadata of the stored file. */
final class StoredHeader {
    /** The name of its metadata. */
    static final String KEY = "header";

    /** Leaves streams open that it writes to. */
    static final ObjectMapper JSON = JsonMapper.builder()
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .build();

    private StoredHeader() {}

    static String write(Record header) {
        try {
            return JSON.writeValueAsString(header);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws InvalidInput if the file's header isn't one of that type */
    static <H extends Record> H read(SafetensorsFile file, Class<H> type, String format) {
        try {
            return JSON.readValue(file.metadata().getOrDefault(KEY, ""), type);
        } catch (JsonProcessingException e) {
            throw new InvalidInput("result: its header isn't one of " + format + ": " + e.getOriginalMessage(), e);
        }
    }
}
