package dev.unembed.engine.result;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.safetensors.SafetensorsFile;
import java.io.OutputStream;
import java.io.Writer;

/** Results as files: safetensors (what is stored), JSON and CSV (derived from it). */
public final class ResultFiles {
    private ResultFiles() {}

    /** The uncompressed safetensors file of a result. */
    public static byte[] toSafetensors(Result result) {
        return switch (result) {
            case LensGrid grid -> LensGridFiles.toSafetensors(grid);
            case ComponentScores scores -> ComponentScoresFiles.toSafetensors(scores);
            case ScoreGrid grid -> ScoreGridFiles.toSafetensors(grid);
            case CircuitVerdict verdict -> CircuitVerdictFiles.toSafetensors(verdict);
            case PreflightTable table -> PreflightTableFiles.toSafetensors(table);
        };
    }

    /** @throws InvalidInput if it isn't a result of a known format */
    public static Result fromSafetensors(byte[] file) {
        SafetensorsFile tensors = SafetensorsFile.of("result", file);
        String format = tensors.metadata().getOrDefault("format", "missing");
        return switch (format) {
            case LensGridFiles.FORMAT -> LensGridFiles.fromSafetensors(tensors);
            case ComponentScoresFiles.FORMAT -> ComponentScoresFiles.fromSafetensors(tensors);
            case ScoreGridFiles.FORMAT -> ScoreGridFiles.fromSafetensors(tensors);
            case CircuitVerdictFiles.FORMAT -> CircuitVerdictFiles.fromSafetensors(tensors);
            case PreflightTableFiles.FORMAT -> PreflightTableFiles.fromSafetensors(tensors);
            default ->
                throw new InvalidInput("result: format is '" + format + "'; known are "
                        + String.join(
                                ", ",
                                LensGridFiles.FORMAT,
                                ComponentScoresFiles.FORMAT,
                                ScoreGridFiles.FORMAT,
                                CircuitVerdictFiles.FORMAT,
                                PreflightTableFiles.FORMAT)
                        + ".");
        };
    }

    /** The public JSON form, streamed; the stream is flushed and left open. */
    public static void writeJson(Result result, OutputStream out) {
        switch (result) {
            case LensGrid grid -> LensGridFiles.writeJson(grid, out);
            case ComponentScores scores -> ComponentScoresFiles.writeJson(scores, out);
            case ScoreGrid grid -> ScoreGridFiles.writeJson(grid, out);
            case CircuitVerdict verdict -> CircuitVerdictFiles.writeJson(verdict, out);
            case PreflightTable table -> PreflightTableFiles.writeJson(table, out);
        }
    }

    /** RFC 4180; the writer is flushed and left open. */
    public static void writeCsv(Result result, Writer out) {
        switch (result) {
            case LensGrid grid -> LensGridFiles.writeCsv(grid, out);
            case ComponentScores scores -> ComponentScoresFiles.writeCsv(scores, out);
            case ScoreGrid grid -> ScoreGridFiles.writeCsv(grid, out);
            case CircuitVerdict verdict -> CircuitVerdictFiles.writeCsv(verdict, out);
            case PreflightTable table -> PreflightTableFiles.writeCsv(table, out);
        }
    }
}
