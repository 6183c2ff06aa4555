package dev.unembed.promptset;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.prompt.PromptExample;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Examples from a text: CSV (also tab-separated, as pasted from a spreadsheet), JSON Lines, or JSON. Every row that can't
 * be read gets its sentence; the others are read all the same.
 */
public final class ExamplesImport {
    /** What a file may say of an example; the first two it must. */
    public static final List<String> COLUMNS =
            List.of("prompt", "answer", "foil", "corrupted", "template", "positions", "counterparts");

    public enum Format {
        CSV,
        JSONL,
        JSON;

        /** @throws InvalidInput naming the known ones */
        public static Format of(String name) {
            for (Format format : values()) {
                if (format.name().equalsIgnoreCase(name)) {
                    return format;
                }
            }
            throw new InvalidInput("format is '" + name + "'; expected csv, jsonl or json.");
        }
    }

    /**
     * @param line from 1
     * @param column name of the column, or "" for the whole row
     * @param message what was expected and what came
     */
    public record Problem(int line, String column, String message) {}

    /** @param lines where each example begins */
    public record Read(Format format, List<PromptExample> examples, List<Integer> lines, List<Problem> problems) {
        public Read {
            examples = List.copyOf(examples);
            lines = List.copyOf(lines);
            problems = List.copyOf(problems);
        }
    }

    private final List<PromptExample> examples = new ArrayList<>();
    private final List<Integer> lines = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    private ExamplesImport() {}

    /** @param format null to tell by looking */
    public static Read read(String text, @Nullable Format format) {
        String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
        Format chosen = format == null ? guess(content) : format;
        ExamplesImport reading = new ExamplesImport();
        switch (chosen) {
            case CSV -> reading.csv(content);
            case JSONL -> reading.jsonLines(content);
            case JSON -> reading.json(content);
        }
        if (reading.examples.isEmpty() && reading.problems.isEmpty()) {
            reading.problems.add(new Problem(1, "", "There is nothing in it; expected at least one example."));
        }
        return new Read(chosen, reading.examples, reading.lines, reading.problems);
    }

    private static Format guess(String content) {
        String stripped = content.strip();
        if (stripped.startsWith("[")) {
            return Format.JSON;
        }
        if (stripped.startsWith("{")) {
            String first = stripped.lines().findFirst().orElse("").strip();
            return first.endsWith("}") && !first.contains("\"examples\"") ? Format.JSONL : Format.JSON;
        }
        return Format.CSV;
    }

    private void csv(String content) {
        String head = content.strip().lines().findFirst().orElse("");
        List<CsvReader.Row> rows;
        try {
            rows = new CsvReader(content, head.indexOf('\t') >= 0 ? '\t' : ',').rows();
        } catch (InvalidInput e) {
            String message = String.valueOf(e.getMessage());
            int colon = message.indexOf(": ");
            problems.add(new Problem(
                    Integer.parseInt(message.substring("Line ".length(), colon)), "", message.substring(colon + 2)));
            return;
        }
        if (rows.isEmpty()) {
            return;
        }
        List<String> names = rows.getFirst().cells().stream()
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .toList();
        if (areColumns(names, rows.getFirst().line())) {
            rows.subList(1, rows.size()).forEach(row -> csvRow(row, names));
        }
    }

    private boolean areColumns(List<String> names, int line) {
        Set<String> seen = new HashSet<>();
        int before = problems.size();
        for (String name : names) {
            if (!COLUMNS.contains(name)) {
                problems.add(new Problem(
                        line,
                        ExamplesJson.shortened(name),
                        "The first line names the columns, and this isn't one of " + String.join(", ", COLUMNS) + "."));
            } else if (!seen.add(name)) {
                problems.add(new Problem(line, name, "The column is there twice."));
            }
        }
        for (String needed : COLUMNS.subList(0, 2)) {
            if (!names.contains(needed)) {
                problems.add(new Problem(line, needed, "The column is missing; every example has one."));
            }
        }
        return problems.size() == before;
    }

    private void csvRow(CsvReader.Row row, List<String> names) {
        if (row.cells().size() != names.size()) {
            problems.add(new Problem(
                    row.line(),
                    "",
                    "It has " + row.cells().size() + " cells; the first line names " + names.size()
                            + " columns. A comma inside a cell needs quotes around the cell."));
            return;
        }
        ObjectNode object = ExamplesJson.JSON.createObjectNode();
        boolean sound = true;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String cell = row.cells().get(i);
            if (cell.isEmpty()) {
                if (COLUMNS.indexOf(name) < 2) {
                    problems.add(new Problem(row.line(), name, "It is empty; every example has one."));
                    sound = false;
                }
            } else if (name.equals("positions") || name.equals("counterparts")) {
                try {
                    object.set(name, ExamplesJson.JSON.readTree(cell));
                } catch (JsonProcessingException e) {
                    problems.add(new Problem(
                            row.line(),
                            name,
                            "It is " + ExamplesJson.shortened(cell) + "; expected JSON: " + ExamplesJson.expected(name)
                                    + "."));
                    sound = false;
                }
            } else {
                object.put(name, cell);
            }
        }
        if (sound) {
            add(object, row.line());
        }
    }

    private void jsonLines(String content) {
        int line = 0;
        for (String text : content.split("\r\n|\n|\r", -1)) {
            line++;
            if (text.isBlank()) {
                continue;
            }
            try {
                add(ExamplesJson.JSON.readTree(text), line);
            } catch (JsonProcessingException e) {
                problems.add(new Problem(line, "", "It isn't one JSON object: " + e.getOriginalMessage()));
            }
        }
    }

    private void json(String content) {
        JsonNode root;
        try {
            root = ExamplesJson.JSON.readTree(content);
        } catch (JsonProcessingException e) {
            JsonLocation where = e.getLocation();
            problems.add(new Problem(
                    where == null ? 1 : where.getLineNr(), "", "It isn't valid JSON: " + e.getOriginalMessage()));
            return;
        }
        JsonNode list = root.isObject() && root.has("examples") ? root.get("examples") : root;
        if (!(list instanceof ArrayNode array)) {
            problems.add(new Problem(1, "", "Expected a list of examples, or an object with a list \"examples\"."));
            return;
        }
        // a tree knows no lines: an example is named by its number
        for (int i = 0; i < array.size(); i++) {
            add(array.get(i), i + 1);
        }
    }

    private void add(JsonNode object, int line) {
        try {
            PromptExample example = ExamplesJson.example(object);
            if (ExamplesJson.hasNul(object)) {
                throw new InvalidInput("It has a NUL character, which can't be stored.");
            }
            examples.add(example);
            lines.add(line);
        } catch (InvalidInput e) {
            String message = String.valueOf(e.getMessage());
            String column = COLUMNS.stream()
                    .filter(name -> message.contains("'" + name + "'"))
                    .findFirst()
                    .orElse("");
            problems.add(new Problem(line, column, message));
        }
    }
}
