package dev.unembed.promptset;

import dev.unembed.engine.prompt.PromptExample;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** Examples as files that {@link ExamplesImport} reads back as they were. */
public final class ExamplesExport {
    private ExamplesExport() {}

    /** RFC 4180, every cell quoted: texts begin with spaces and have commas and line breaks. */
    public static String csv(List<PromptExample> examples) {
        StringBuilder csv = new StringBuilder(String.join(",", ExamplesImport.COLUMNS)).append("\r\n");
        for (PromptExample example : examples) {
            csv.append(List.of(
                                    example.prompt(),
                                    example.answer(),
                                    Objects.requireNonNullElse(example.foil(), ""),
                                    Objects.requireNonNullElse(example.corrupted(), ""),
                                    Objects.requireNonNullElse(example.template(), ""),
                                    example.positions().isEmpty()
                                            ? ""
                                            : ExamplesJson.JSON
                                                    .valueToTree(example.positions())
                                                    .toString(),
                                    example.counterparts().isEmpty()
                                            ? ""
                                            : ExamplesJson.JSON
                                                    .valueToTree(example.counterparts())
                                                    .toString())
                            .stream()
                            .map(cell -> cell.isEmpty() ? "" : '"' + cell.replace("\"", "\"\"") + '"')
                            .collect(Collectors.joining(",")))
                    .append("\r\n");
        }
        return csv.toString();
    }

    /** One object a line. */
    public static String jsonLines(List<PromptExample> examples) {
        return examples.stream()
                .map(example -> ExamplesJson.line(example) + "\n")
                .collect(Collectors.joining());
    }
}
