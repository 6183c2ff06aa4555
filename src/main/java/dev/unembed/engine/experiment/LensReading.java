package dev.unembed.engine.experiment;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.lens.Lens;
import dev.unembed.engine.lens.LensQuestion;
import dev.unembed.engine.lens.LensStatistics;
import dev.unembed.engine.lens.ResidualStreams;
import dev.unembed.engine.lens.VocabularySweep;
import dev.unembed.engine.result.LensGrid;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.Precision;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.engine.text.Tokenizer;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Transformer;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lens read at every layer and position of one prompt: what the model would say if it stopped there.
 *
 * <p>One forward pass keeps the residual streams; one sweep over the vocabulary reads them all. Every run checks itself:
 * the last row of a lens must be the model.
 */
@Singleton
public class LensReading implements Experiment<LensReading.Params, LensGrid> {
    private static final int DEFAULT_TOP_K = 10;
    private static final int MAX_TRACKED = 64;
    /** Two paths through the same fp32 numbers differ by rounding only; more is a defect. */
    private static final float SELF_CHECK_TOLERANCE = 1e-4f;
    /**
     * In bf16, whose numbers are 2^-8 of themselves apart, the error of a logit is of that share of how far logits lie apart;
     * several times as much is a defect.
     */
    private static final float BF16_TOLERANCE = 1f / 64;
    /** The summary looks at the top ten, however few are kept. */
    private static final int SUMMARY_TOP = 10;

    /**
     * @param prompt text to read; either this or {@code tokens}
     * @param tokens token ids to read instead of text
     * @param track tokens to follow through the layers: a text that is one token, or an id
     * @param lens {@code logit}
     * @param precision of the products with the unembedding
     */
    public record Params(
            @Nullable @Field(label = "Prompt", help = "The text whose prediction is read.", input = Field.Input.PROMPT)
            String prompt,

            @Nullable @Field(label = "Token ids", help = "Ids instead of text.", input = Field.Input.HIDDEN)
            List<Integer> tokens,

            @Field(
                    label = "BOS token",
                    help = "Whether a beginning-of-sequence token precedes the prompt. It is never doubled.")
            BosPolicy bos,

            @Min(1) @Max(100) @Field(label = "Top tokens per cell", help = "How many of the likeliest tokens are kept.")
            int topK,

            @Size(max = MAX_TRACKED)
            @Field(
                    label = "Tracked tokens",
                    help = "Followed through every layer. Each must be one token; most begin with a space.",
                    input = Field.Input.TOKENS)
            List<Object> track,

            @Field(
                    label = "Also after attention",
                    help = "Reads the stream in the middle of each block too: twice the rows.")
            boolean sublayers,

            @Field(label = "Lens", help = "How a layer is read.", input = Field.Input.HIDDEN)
            String lens,

            @Field(
                    label = "Precision",
                    help =
                            "fp32 is exact to rounding. bf16 rounds the products with the unembedding to 8 bits: faster on"
                                    + " processors made for it, and the run says how far its numbers moved.")
            Precision precision) {
        public Params {
            tokens = tokens == null ? null : List.copyOf(tokens);
            bos = Objects.requireNonNullElse(bos, BosPolicy.DEFAULT);
            track = track == null ? List.of() : List.copyOf(track);
            lens = Objects.requireNonNullElse(lens, "logit");
            precision = Objects.requireNonNullElse(precision, Precision.FP32);
        }

        /** From JSON, where everything but the prompt may be absent. */
        @JsonCreator
        public static Params of(
                @JsonProperty("prompt") @Nullable String prompt,
                @JsonProperty("tokens") @Nullable List<Integer> tokens,
                @JsonProperty("bos") @Nullable BosPolicy bos,
                @JsonProperty("topK") @Nullable Integer topK,
                @JsonProperty("track") @Nullable List<Object> track,
                @JsonProperty("sublayers") @Nullable Boolean sublayers,
                @JsonProperty("lens") @Nullable String lens,
                @JsonProperty("precision") @Nullable Precision precision) {
            return new Params(
                    prompt,
                    tokens,
                    bos == null ? BosPolicy.DEFAULT : bos,
                    topK == null ? DEFAULT_TOP_K : topK,
                    track == null ? List.of() : track,
                    sublayers != null && sublayers,
                    lens == null ? "logit" : lens,
                    precision == null ? Precision.FP32 : precision);
        }

        /** A prompt with everything else as it comes. */
        public static Params ofPrompt(String prompt) {
            return of(prompt, null, null, null, null, null, null, null);
        }
    }

    @Override
    public String kind() {
        return "lens";
    }

    @Override
    public Class<Params> paramsType() {
        return Params.class;
    }

    @Override
    public void validate(Params params, ModelFolder model) {
        Request.of(
                params,
                model.tokenizer(),
                model.dimensions().nCtx(),
                model.path().getFileName() + "");
    }

    @Override
    public long memoryBytes(Params params, ModelFolder model) {
        Blueprint blueprint = model.blueprint();
        Request request = Request.of(
                params, model.tokenizer(), blueprint.nCtx(), model.path().getFileName() + "");
        return LensMemory.bytes(
                blueprint,
                request.prompt().tokens().size(),
                params.sublayers(),
                params.topK(),
                request.tracked().length,
                params.precision());
    }

    @Override
    public LensGrid run(Params params, ExperimentContext context) {
        LanguageModel model = context.model();
        Transformer transformer = model.transformer();
        Request request =
                Request.of(params, model.tokenizer(), transformer.blueprint().nCtx(), "this model");
        int rows = (params.sublayers() ? 2 : 1) * transformer.blueprint().layers() + 1;
        int positions = request.prompt().tokens().size();
        Meter meter = new Meter(ResidualStreams.units(transformer, positions)
                + LensQuestion.units(transformer, rows, positions)
                + (params.precision() == Precision.FP32 ? 0 : LensQuestion.units(transformer, rows, 1)));
        long cells = (long) rows * positions;
        return Watched.compute(
                context, meter, cells, () -> read(params, request, transformer, model.tokenizer(), meter));
    }

    private LensGrid read(Params params, Request request, Transformer transformer, Tokenizer tokenizer, Meter meter) {
        Torch.prepareThread(Torch.threadsFor(meter.total()));
        try (TensorScope scope = new TensorScope()) {
            ResidualStreams streams =
                    new ResidualStreams(transformer, request.prompt().ids(), params.sublayers(), scope, meter);
            int kept = Math.min(transformer.blueprint().dVocab(), Math.max(params.topK(), SUMMARY_TOP));
            Sweep sweep = (read, precision) -> VocabularySweep.run(
                    new LensQuestion(transformer, request.lens(), read, kept, request.tracked()),
                    meter,
                    VocabularySweep.Settings.standard(precision));
            LensStatistics statistics = sweep.of(streams.rows(), params.precision());
            float difference = statistics.maxAbsLogitDifference();
            boolean exact = params.precision() == Precision.FP32;
            float tolerance = exact ? SELF_CHECK_TOLERANCE : BF16_TOLERANCE * statistics.logitRange();
            if (!(difference <= tolerance)) { // also if it isn't a number
                throw new SelfCheckFailed("The lens's last layer differs from the model's logits by " + difference
                        + "; at most " + tolerance + " is rounding"
                        + (exact ? "" : " in bf16")
                        + ". The result is not to be trusted and was not stored."
                        + (exact ? "" : " Ask for fp32."));
            }
            return new LensGridAssembly(params, request.prompt(), request.tracked(), streams, statistics, tokenizer)
                    .grid(
                            kind(),
                            transformer.blueprint(),
                            tolerance,
                            exact ? null : deviation(statistics, streams.rows(), sweep, scope.ops()));
        }
    }

    private interface Sweep {
        LensStatistics of(NDArray[] rows, Precision precision);
    }

    /** The last position is what a lens is mostly read for. */
    private static LensGrid.Deviation deviation(LensStatistics rounded, NDArray[] rows, Sweep sweep, TensorOps ops) {
        int position = rounded.positions() - 1;
        NDArray[] last = new NDArray[rows.length]; // [1 d_model] each
        Arrays.setAll(last, row -> ops.narrow(rows[row], 0, position, position + 1L));
        return LensDeviation.between(rounded, sweep.of(last, Precision.FP32), position);
    }

    /** The parameters, understood: refused or resolved against a model. */
    private record Request(TokenizedPrompt prompt, int[] tracked, Lens lens) {
        static Request of(Params params, Tokenizer tokenizer, int nCtx, String modelName) {
            Lens lens = lens(params.lens());
            requireTopK(params.topK(), tokenizer.vocabularySize());
            TokenizedPrompt prompt = prompt(params, tokenizer);
            int count = prompt.tokens().size();
            if (count == 0) {
                throw new InvalidInput("The prompt is empty; a model reads at least one token.");
            }
            if (count > nCtx) {
                throw new InvalidInput(
                        "Prompt has " + count + " tokens; " + modelName + " reads at most " + nCtx + ". Shorten it.");
            }
            return new Request(prompt, tracked(params.track(), tokenizer), lens);
        }

        private static Lens lens(String name) {
            List<Lens> known = List.of(new Lens.Logit());
            return known.stream()
                    .filter(l -> l.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new InvalidInput("lens is '" + name + "'; known are "
                            + String.join(", ", known.stream().map(Lens::name).toList()) + "."));
        }

        private static void requireTopK(int topK, int vocabulary) {
            if (topK < 1 || topK > 100 || topK > vocabulary) {
                throw new InvalidInput("topK is " + topK + "; expected 1 to " + Math.min(100, vocabulary) + ".");
            }
        }

        private static TokenizedPrompt prompt(Params params, Tokenizer tokenizer) {
            String text = params.prompt();
            List<Integer> ids = params.tokens();
            if ((text == null) == (ids == null)) {
                throw new InvalidInput(
                        text == null
                                ? "Neither prompt nor tokens is given; give one of them."
                                : "Both prompt and tokens are given; give one of them.");
            }
            return ids == null
                    ? tokenizer.encode(Objects.requireNonNull(text), params.bos())
                    : tokenizer.ofIds(ids.stream().mapToInt(Integer::intValue).toArray(), params.bos());
        }

        /** Ids in the order given; a token given twice is followed once. */
        private static int[] tracked(List<Object> track, Tokenizer tokenizer) {
            if (track.size() > MAX_TRACKED) {
                throw new InvalidInput(
                        "track has " + track.size() + " tokens; at most " + MAX_TRACKED + " are followed.");
            }
            Set<Integer> ids = new LinkedHashSet<>();
            for (Object token : track) {
                ids.add(
                        switch (token) {
                            case String text -> tokenizer.singleToken(text);
                            case Integer id -> requireKnown(id, tokenizer);
                            default ->
                                throw new InvalidInput(
                                        "track holds " + token + "; expected a text that is one token, or a token id.");
                        });
            }
            return new ArrayList<>(ids).stream().mapToInt(Integer::intValue).toArray();
        }

        private static int requireKnown(int id, Tokenizer tokenizer) {
            tokenizer.text(id); // refuses what is out of range
            return id;
        }
    }
}
