package dev.unembed.promptset;

import dev.unembed.engine.InvalidInput;
import java.util.ArrayList;
import java.util.List;

/**
 * RFC 4180: quoted cells may have the delimiter, quotes (doubled) and line breaks. Lines end in CRLF, LF or CR; empty lines
 * are passed over, a byte order mark too.
 */
final class CsvReader {
    /** @param line where the record begins, from 1 */
    record Row(int line, List<String> cells) {}

    private final String text;
    private final char delimiter;
    private int at;
    private int line = 1;

    CsvReader(String text, char delimiter) {
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        this.delimiter = delimiter;
    }

    /** @throws InvalidInput naming the line where a quote is wrong */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        while (at < text.length()) {
            int begun = line;
            List<String> cells = record();
            if (cells.size() > 1 || !cells.getFirst().isEmpty()) {
                rows.add(new Row(begun, cells));
            }
        }
        return rows;
    }

    private List<String> record() {
        List<String> cells = new ArrayList<>();
        while (true) {
            cells.add(at < text.length() && text.charAt(at) == '"' ? quoted() : plain());
            if (at == text.length()) {
                return cells;
            }
            if (text.charAt(at) == delimiter) {
                at++;
            } else {
                endOfLine();
                return cells;
            }
        }
    }

    private String plain() {
        int start = at;
        while (at < text.length() && text.charAt(at) != delimiter && !isBreak(text.charAt(at))) {
            if (text.charAt(at) == '"') {
                throw new InvalidInput("Line " + line + ": a quote stands inside an unquoted cell. Put the whole cell"
                        + " into quotes and double those inside it.");
            }
            at++;
        }
        return text.substring(start, at);
    }

    private String quoted() {
        int begun = line;
        StringBuilder cell = new StringBuilder();
        at++;
        while (true) {
            if (at == text.length()) {
                throw new InvalidInput("Line " + begun + ": a quoted cell doesn't end. Close it with a quote.");
            }
            char c = text.charAt(at++);
            if (c == '"') {
                if (at < text.length() && text.charAt(at) == '"') {
                    cell.append('"');
                    at++;
                    continue;
                }
                if (at < text.length() && text.charAt(at) != delimiter && !isBreak(text.charAt(at))) {
                    throw new InvalidInput("Line " + line + ": '" + text.charAt(at)
                            + "' follows the end of a quoted cell; expected the next cell or the end of the line.");
                }
                return cell.toString();
            }
            if (c == '\n' || c == '\r' && !(at < text.length() && text.charAt(at) == '\n')) {
                line++;
            }
            cell.append(c);
        }
    }

    private void endOfLine() {
        if (text.startsWith("\r\n", at)) {
            at++;
        }
        at++;
        line++;
    }

    private static boolean isBreak(char c) {
        return c == '\n' || c == '\r';
    }
}
