package dev.unembed.engine.experiment;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.result.PreflightTable;
import dev.unembed.engine.result.PreflightTable.Row;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.Tokenizer;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.PassMemory;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.PromptBatches;
import dev.unembed.engine.transformer.PromptBatches.Batch;
import dev.unembed.engine.transformer.Reach;
import dev.unembed.engine.transformer.Transformer;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.Size;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Asks the model every prompt of a set once: how likely it finds answer and foil. Prompts of equal length run together, and
 * only their last positions are unembedded.
 */
@Singleton
public class PromptPreflight implements Experiment<PromptPreflight.Params, PreflightTable> {
    private static final int MAX_EXAMPLES = 2000;

    /**
     * @param examples prompts with an answer, mostly with a foil
     * @param promptSet the stored set the examples came from, if they did
     */
    public record Params(
            @Size(max = MAX_EXAMPLES)
            @Field(
                    label = "Examples",
                    help = "Prompts with a right and a wrong continuation.",
                    input = Field.Input.EXAMPLES)
            List<PromptExample> examples,

            @Nullable
            @Field(label = "Prompt set", help = "The stored set the examples came from.", input = Field.Input.HIDDEN)
            PromptSetRef promptSet,

            @Field(
                    label = "BOS token",
                    help = "Whether a beginning-of-sequence token precedes each prompt. It is never doubled.")
            BosPolicy bos) {
        public Params {
            examples = examples == null ? List.of() : List.copyOf(examples);
            bos = Objects.requireNonNullElse(bos, BosPolicy.DEFAULT);
        }

        /** From JSON, where everything but the examples may be absent. */
        @JsonCreator
        public static Params of(
                @JsonProperty("examples") @Nullable List<PromptExample> examples,
                @JsonProperty("promptSet") @Nullable PromptSetRef promptSet,
                @JsonProperty("bos") @Nullable BosPolicy bos) {
            return new Params(
                    examples == null ? List.of() : examples, promptSet, bos == null ? BosPolicy.DEFAULT : bos);
        }
    }

    @Override
    public String kind() {
        return "preflight";
    }

    @Override
    public Class<Params> paramsType() {
        return Params.class;
    }

    @Override
    public void validate(Params params, ModelFolder model) {
        resolve(params, model.tokenizer(), model.dimensions().nCtx());
    }

    @Override
    public long memoryBytes(Params params, ModelFolder model) {
        Blueprint b = model.blueprint();
        List<ResolvedExample> examples = resolve(params, model.tokenizer(), b.nCtx());
        long capped = b.logitCap() == null ? 0 : 3;
        return batches(examples).stream()
                .mapToLong(batch -> PassMemory.bytes(b, batch.size(), batch.ids()[0].length, false)
                        + (3 + capped)
                                * Float.BYTES
                                * batch.size()
                                * b.dVocab()) // logits: in blocks, as one, as an array
                .max()
                .orElseThrow();
    }

    private static List<ResolvedExample> resolve(Params params, Tokenizer tokenizer, int nCtx) {
        if (params.examples().size() > MAX_EXAMPLES) {
            throw new InvalidInput("examples has " + params.examples().size() + " entries; at most " + MAX_EXAMPLES
                    + " go into one run. Split the set.");
        }
        return ResolvedExample.all(params.examples(), tokenizer, params.bos(), nCtx);
    }

    @Override
    public PreflightTable run(Params params, ExperimentContext context) {
        Transformer transformer = context.model().transformer();
        Tokenizer tokenizer = context.model().tokenizer();
        List<ResolvedExample> examples =
                resolve(params, tokenizer, transformer.blueprint().nCtx());
        Meter meter = new Meter(examples.size());
        return Watched.compute(context, meter, examples.size(), () -> {
            Row[] rows = new Row[examples.size()];
            for (Batch batch : batches(examples)) {
                ask(batch, examples, transformer, tokenizer, rows);
                meter.advance(batch.size());
            }
            return new PreflightTable(new PreflightTable.Header(kind(), List.of(rows)));
        });
    }

    private static List<Batch> batches(List<ResolvedExample> examples) {
        int[][] prompts = examples.stream().map(ResolvedExample::ids).toArray(int[][]::new);
        return PromptBatches.of(prompts, PromptBatches.Limits.standard());
    }

    private static void ask(
            Batch batch, List<ResolvedExample> examples, Transformer transformer, Tokenizer tokenizer, Row[] rows) {
        int vocabulary = transformer.blueprint().dVocab();
        int dModel = transformer.blueprint().dModel();
        int positions = batch.ids()[0].length;
        int shortest = Arrays.stream(batch.lengths()).min().orElseThrow();
        Torch.prepareThread(Torch.threadsFor(transformer.multiplications((long) batch.size() * positions)));
        float[] logits;
        try (TensorScope scope = new TensorScope()) {
            TensorOps ops = scope.ops();
            NDArray stream = transformer.streams(
                    batch.ids(),
                    new Reach(positions, 0, shortest - 1, null),
                    Probe.NOTHING,
                    scope); // [batch read d_model]
            int read = positions - shortest + 1;
            int[] ends = new int[batch.size()];
            Arrays.setAll(ends, i -> i * read + batch.lengths()[i] - shortest);
            NDArray rowsOfEnds = ops.embedding(
                    ops.reshape(stream, (long) batch.size() * read, dModel),
                    ops.createIds(ends, ends.length)); // [batch d_model]
            logits = transformer
                    .unembedding()
                    .logits(transformer.finalNorm().apply(rowsOfEnds, ops), ops)
                    .toFloatArray(); // [batch d_vocab]
        }
        for (int i = 0; i < batch.size(); i++) {
            int place = batch.places()[i];
            rows[place] = row(examples.get(place), logits, i * vocabulary, vocabulary, tokenizer);
        }
    }

    private static Row row(ResolvedExample example, float[] logits, int from, int vocabulary, Tokenizer tokenizer) {
        int top = 0;
        for (int id = 1; id < vocabulary; id++) {
            if (logits[from + id] > logits[from + top]) {
                top = id;
            }
        }
        double highest = logits[from + top];
        double sum = 0;
        int above = 0;
        float answer = logits[from + example.answerId()];
        for (int id = 0; id < vocabulary; id++) {
            sum += Math.exp(logits[from + id] - highest);
            above += logits[from + id] > answer ? 1 : 0;
        }
        double normalizer = highest + Math.log(sum);
        boolean hasFoil = example.foilId() != ResolvedExample.NO_FOIL;
        double foil = hasFoil ? logits[from + example.foilId()] : 0;
        return new Row(
                example.example().prompt(),
                example.example().answer(),
                example.example().foil(),
                example.example().template(),
                example.ids().length,
                answer - normalizer,
                hasFoil ? foil - normalizer : null,
                hasFoil ? answer - foil : null,
                above + 1,
                hasFoil ? answer > foil : above == 0,
                tokenizer.text(top),
                highest - normalizer);
    }
}
