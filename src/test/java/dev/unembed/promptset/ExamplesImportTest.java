package dev.unembed.promptset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptExample.Span;
import dev.unembed.promptset.ExamplesImport.Format;
import dev.unembed.promptset.ExamplesImport.Problem;
import dev.unembed.promptset.ExamplesImport.Read;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExamplesImportTest {
    private static final List<String> BITS =
            List.of("a", " ", ",", "\"", "\"\"", "\n", "\r\n", "\r", "ü", "🙂", "\t", ";", "{", "'", "\\", "0");

    /** Texts of everything that files stumble over. */
    private static List<PromptExample> awkward(long seed) {
        Random random = new Random(seed);
        List<PromptExample> examples = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String prompt = text(random);
            examples.add(PromptExample.of(
                    prompt,
                    text(random),
                    random.nextBoolean() ? text(random) : null,
                    random.nextBoolean() ? text(random) : null,
                    random.nextBoolean() ? "t/" + i : null,
                    random.nextBoolean() ? Map.of("S1+1", new Span(0, 1), "IO", new Span(1, 2)) : null,
                    random.nextBoolean() ? List.of(text(random), text(random)) : null));
        }
        return examples;
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder("x");
        for (int i = random.nextInt(12); i >= 0; i--) {
            text.append(BITS.get(random.nextInt(BITS.size())));
        }
        return text.reverse().toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsExportedIsReadAsItWas(long seed) {
        List<PromptExample> examples = awkward(seed).stream()
                .filter(example -> isWhole(example.toString()))
                .toList();
        for (String mark : List.of("", "\uFEFF")) {
            Read csv = ExamplesImport.read(mark + ExamplesExport.csv(examples), Format.CSV);
            assertThat(csv.problems()).isEmpty();
            assertThat(csv.examples()).isEqualTo(examples);
            Read lines = ExamplesImport.read(mark + ExamplesExport.jsonLines(examples), null);
            assertThat(lines.problems()).isEmpty();
            assertThat(lines.examples()).isEqualTo(examples);
            assertThat(ExamplesImport.read(mark + ExamplesJson.tree(examples), null)
                            .examples())
                    .isEqualTo(examples);
        }
    }

    /** No half of a surrogate pair, which the reversal may have made. */
    private static boolean isWhole(String text) {
        return java.nio.charset.StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prompt,answer|CSV",
                "[{}]|JSON",
                "{\"examples\": []}|JSON",
                "{\"prompt\": \"a\", \"answer\": \"b\"}|JSONL"
            })
    void theFormatIsToldByLooking(String text, Format format) {
        assertThat(ExamplesImport.read(text, null).format()).isEqualTo(format);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void everyEndOfLineCountsOnce(String end) {
        String text = String.join(end, "prompt,answer", "\"two" + end + "lines\", a", "", "third", "fourth, d", "");
        Read read = ExamplesImport.read(text, Format.CSV);
        assertThat(read.examples()).extracting(PromptExample::prompt).containsExactly("two" + end + "lines", "fourth");
        assertThat(read.lines()).containsExactly(2, 6);
        assertThat(read.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.line()).isEqualTo(5);
            assertThat(problem.message()).contains("1 cells").contains("2 columns");
        });
    }

    @Test
    void cellsPastedFromASpreadsheetAreReadToo() {
        assertThat(ExamplesImport.read("Prompt\tAnswer\tFoil\nIt is\t 3, or so\t 4\n", null)
                        .examples())
                .containsExactly(PromptExample.of("It is", " 3, or so", " 4"));
    }

    @Test
    void wrongColumnsAreNamedWithTheKnownOnes() {
        List<Problem> problems =
                ExamplesImport.read("clean,answer,answer\na,b,c\n", Format.CSV).problems();
        assertThat(problems).extracting(Problem::column).containsExactly("clean", "answer", "prompt");
        assertThat(problems.getFirst().message()).contains("prompt, answer, foil, corrupted");
    }

    @Test
    void everyWrongRowHasItsLineAndWhatWasExpected() {
        Read read = ExamplesImport.read("""
                prompt,answer,positions
                a, b,S1
                a,,
                a, b,"{""S1"": [3, 1]}"
                a, b,"{""S1"": [0, 1]}"
                """, Format.CSV);
        assertThat(read.examples()).hasSize(1);
        assertThat(read.problems()).extracting(Problem::line).containsExactly(2, 3, 4);
        assertThat(read.problems().getFirst().message()).contains("S1").contains("[34, 39]");
        assertThat(read.problems().get(1).column()).isEqualTo("answer");
        assertThat(read.problems().get(2).message()).contains("[3, 1]");
    }

    @Test
    void linesOfJsonAreReadOneByOne() {
        Read read = ExamplesImport.read("""
                {"prompt": "a", "answer": " b"}
                {"prompt": "a"}

                {"prompt": "a", "answer": 3}
                {"prompt": "a", "answer": " b", "answr": " c"}
                {"prompt": "a", "answer"
                [1]
                """, Format.JSONL);
        assertThat(read.examples()).hasSize(1);
        assertThat(read.problems()).extracting(Problem::line).containsExactly(2, 4, 5, 6, 7);
        assertThat(read.problems().get(1).message()).contains("'answer' is 3").contains("a text");
        assertThat(read.problems().get(2).message()).contains("answr").contains("counterparts");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prompt,answer/\"a, b/c,d|2|doesn't end",
                "prompt,answer/a\"b, c|2|inside an unquoted cell",
                "prompt,answer/\"a\"b, c|2|follows the end"
            })
    void aWrongQuoteIsNamedByItsLine(String text, int line, String sentence) {
        Read read = ExamplesImport.read(text.replace('/', '\n'), Format.CSV);
        assertThat(read.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.line()).isEqualTo(line);
            assertThat(problem.message()).contains(sentence);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "prompt,answer\n", "[]", "\uFEFF"})
    void anEmptyFileSaysSo(String text) {
        assertThat(ExamplesImport.read(text, null).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("nothing in it"));
    }

    @Test
    void namesAndChangesOfExamplesAreTold() {
        PromptExample kept = PromptExample.of("a", " b", " c");
        PromptExample before = PromptExample.of("d", " e", null);
        PromptExample after = PromptExample.of("d", " e", " f");
        PromptExample gone = PromptExample.of("g", " h", null);
        PromptExample come = PromptExample.of("i", " j", null);
        VersionDiff diff = VersionDiff.between(1, List.of(kept, before, gone), 2, List.of(come, after, kept));
        assertThat(diff.unchanged()).isEqualTo(1);
        assertThat(diff.added()).containsExactly(come);
        assertThat(diff.removed()).containsExactly(gone);
        assertThat(diff.changed())
                .singleElement()
                .satisfies(changed -> assertThat(changed.fields()).containsExactly("foil"));
    }
}
