package dev.unembed.engine.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.Fixtures.RecordingContext;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptRecipe;
import dev.unembed.engine.result.PreflightTable;
import dev.unembed.engine.result.ResultFiles;
import dev.unembed.engine.transformer.ForwardPass;
import dev.unembed.engine.transformer.Hooks;
import dev.unembed.engine.transformer.LanguageModel;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PromptPreflightTest {
    private static LanguageModel demo;

    @BeforeAll
    static void load() {
        demo = Fixtures.load(Fixtures.demo());
    }

    @AfterAll
    static void close() {
        demo.close();
    }

    private static PreflightTable run(LanguageModel model, List<PromptExample> examples) {
        return new PromptPreflight().run(PromptPreflight.Params.of(examples, null, null), new RecordingContext(model));
    }

    @Test
    void theSmallWorldIsInItsModelsDistribution() {
        for (String generator : List.of("ioi", "capitals", "arithmetic")) {
            PreflightTable table = run(
                    demo,
                    PromptRecipe.of(generator, 40, 0).make(demo.tokenizer()).examples());
            assertThat(table.summary().get("correct").asInt()).as(generator).isGreaterThanOrEqualTo(34);
        }
    }

    @Test
    void figuresAreThoseOfTheForwardPassWhateverRunsBeside() {
        List<PromptExample> examples = new ArrayList<>();
        for (String generator : List.of("ioi", "capitals", "arithmetic")) {
            examples.addAll(
                    PromptRecipe.of(generator, 5, 1).make(demo.tokenizer()).examples());
        }
        examples.add(PromptExample.of("The capital of France is", " Paris", null));
        List<PreflightTable.Row> rows = run(demo, examples).header().examples();
        assertThat(rows).hasSameSizeAs(examples);
        for (int i = 0; i < rows.size(); i++) {
            PromptExample example = examples.get(i);
            PreflightTable.Row row = rows.get(i);
            assertThat(row.prompt()).isEqualTo(example.prompt());
            int[] ids = demo.tokenizer()
                    .encode(example.prompt(), dev.unembed.engine.text.BosPolicy.DEFAULT)
                    .ids();
            ForwardPass pass = demo.transformer().forward(new int[][] {ids}, Hooks.none());
            int vocabulary = demo.transformer().blueprint().dVocab();
            int from = (ids.length - 1) * vocabulary;
            double sum = 0;
            for (int id = 0; id < vocabulary; id++) {
                sum += Math.exp(pass.logits()[from + id]);
            }
            double answer = pass.logits()[from + demo.tokenizer().singleToken(example.answer())];
            assertThat(row.answerLogProb()).isCloseTo(answer - Math.log(sum), within(1e-4));
            if (example.foil() == null) {
                assertThat(row.logitDiff()).isNull();
                assertThat(row.correct()).isEqualTo(row.answerRank() == 1);
            } else {
                double foil = pass.logits()[from + demo.tokenizer().singleToken(example.foil())];
                assertThat(row.logitDiff()).isCloseTo(answer - foil, within(1e-4));
            }
        }
    }

    @Test
    void logitDifferencesAreTheReferences() throws IOException {
        for (String name : List.of("demo", "smollm2-135m-instruct")) {
            Optional<Path> folder = Fixtures.shared(name);
            Assumptions.assumeTrue(folder.isPresent(), "no shared models here");
            JsonNode set = new ObjectMapper()
                    .readTree(Files.readString(folder.get().resolve("reference.json")))
                    .get("sets")
                    .get(0);
            List<PromptExample> examples = new ArrayList<>();
            set.get("examples")
                    .forEach(each -> examples.add(PromptExample.of(
                            each.get("clean").asText(),
                            each.get("answer").asText(),
                            each.get("foil").asText())));
            JsonNode expected = set.findValue("logitDiff");
            Assumptions.assumeTrue(expected != null && expected.isArray(), "no logit differences in the reference");
            try (LanguageModel model = ModelFolder.open(folder.get()).load()) {
                List<PreflightTable.Row> rows = run(model, examples).header().examples();
                for (int i = 0; i < rows.size(); i++) {
                    assertThat(rows.get(i).logitDiff())
                            .as(name + " example " + (i + 1))
                            .isCloseTo(expected.get(i).asDouble(), within(5e-3));
                }
            }
        }
    }

    @Test
    void filesGiveTheSameTableBack() throws IOException {
        PreflightTable table = run(
                demo,
                List.of(
                        PromptExample.of("The capital of France is", " Paris", null),
                        PromptExample.of("The capital of Spain is", " Madrid", " Rome")));
        assertThat(ResultFiles.fromSafetensors(ResultFiles.toSafetensors(table)))
                .isEqualTo(table);
        StringWriter csv = new StringWriter();
        ResultFiles.writeCsv(table, csv);
        assertThat(csv.toString().split("\r\n")).hasSize(3);
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        ResultFiles.writeJson(table, out);
        assertThat(new ObjectMapper()
                        .readTree(out.toByteArray())
                        .at("/summary/headline")
                        .asText())
                .isEqualTo("2 of 2 right");
    }

    @Test
    void whatCantBeAskedIsRefusedByExample() {
        ModelFolder folder = ModelFolder.open(Fixtures.demo());
        assertThatThrownBy(() -> new PromptPreflight()
                        .validate(
                                PromptPreflight.Params.of(
                                        List.of(PromptExample.of("The capital of France is", " New York", null)),
                                        null,
                                        null),
                                folder))
                .hasMessageContaining("Example 1");
        assertThatThrownBy(() -> new PromptPreflight().validate(PromptPreflight.Params.of(null, null, null), folder))
                .hasMessageContaining("no examples");
    }
}
