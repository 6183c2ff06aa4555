package dev.unembed.engine.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/** CSV as RFC 4180 has it. */
final class Csv {
    static final String LINE_END = "\r\n";

    /** Writes line after line. */
    interface Lines {
        void write(Writer out) throws IOException;
    }

    private Csv() {}

    /** The writer is flushed and left open. */
    static void write(Writer out, Lines lines) {
        try {
            lines.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Always quoted: tokens have leading spaces, commas, quotes and line breaks. Nothing for null. */
    static String quoted(@Nullable String text) {
        return text == null ? "" : '"' + text.replace("\"", "\"\"") + '"';
    }
}
