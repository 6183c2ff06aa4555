package dev.unembed.engine.experiment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.attribution.Attribution;
import dev.unembed.engine.attribution.DirectLogitAttribution;
import dev.unembed.engine.attribution.Ledger;
import dev.unembed.engine.attribution.Question;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.result.ComponentScores;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.Tokenizer;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Transformer;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which components vote for the answer and which for the foil, over one example or a set: direct logit attribution. Every
 * run checks itself: on every example the votes must sum to the model's own logit difference.
 */
@Singleton
public class LogitAttribution implements Experiment<LogitAttribution.Params, ComponentScores> {
    /** A run's result holds a number per component and example. */
    private static final int MAX_EXAMPLES = 2000;
    /** Of an example's residual, relative to its logit difference but never to less than 1. */
    private static final double CLOSING_TOLERANCE = 1e-3;

    /** What is split into votes. */
    public enum Metric {
        /** logit(answer) - logit(foil). */
        LOGIT_DIFF("logit-diff"),
        /** logit(answer); a foil is left aside. */
        LOGIT("logit");

        private final String value;

        Metric(String value) {
            this.value = value;
        }

        @JsonValue
        public String value() {
            return value;
        }

        @JsonCreator
        public static Metric of(String value) {
            for (Metric metric : values()) {
                if (metric.value.equals(value)) {
                    return metric;
                }
            }
            throw new InvalidInput("metric is '" + value + "'; expected logit-diff or logit.");
        }
    }

    /**
     * @param examples prompts with answer and foil
     * @param promptSet the stored set the examples came from, if they did
     * @param metric logit-diff where every example has a foil, else logit, unless said
     * @param detail whether heads are taken apart by source position and MLPs by neuron
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
            BosPolicy bos,

            @Field(label = "Metric", help = "The logit difference of answer and foil, or the answer's logit alone.")
            Metric metric,

            @Field(label = "Inside heads and MLPs", help = "Also splits heads by source position and MLPs by neuron.")
            boolean detail) {
        public Params {
            examples = examples == null ? List.of() : List.copyOf(examples);
            bos = Objects.requireNonNullElse(bos, BosPolicy.DEFAULT);
            metric = metric == null ? usual(examples) : metric;
        }

        private static Metric usual(List<PromptExample> examples) {
            return examples.stream().allMatch(e -> e.foil() != null) ? Metric.LOGIT_DIFF : Metric.LOGIT;
        }

        /** From JSON, where everything but the examples may be absent. */
        @JsonCreator
        public static Params of(
                @JsonProperty("examples") @Nullable List<PromptExample> examples,
                @JsonProperty("promptSet") @Nullable PromptSetRef promptSet,
                @JsonProperty("bos") @Nullable BosPolicy bos,
                @JsonProperty("metric") @Nullable Metric metric,
                @JsonProperty("detail") @Nullable Boolean detail) {
            List<PromptExample> all = examples == null ? List.of() : examples;
            return new Params(
                    all,
                    promptSet,
                    bos == null ? BosPolicy.DEFAULT : bos,
                    metric == null ? usual(all) : metric,
                    detail == null || detail);
        }

        /** Examples with everything else as it comes. */
        public static Params ofExamples(List<PromptExample> examples) {
            return of(examples, null, null, null, null);
        }
    }

    @Override
    public String kind() {
        return "attribution";
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
        Blueprint blueprint = model.blueprint();
        int[] lengths = resolve(params, model.tokenizer(), blueprint.nCtx()).stream()
                .mapToInt(example -> example.ids().length)
                .toArray();
        long lines = blueprint.layers() * (blueprint.attention().nHeads() + 2L) + 5;
        long result = 3 * Float.BYTES * lines * lengths.length; // as numbers, as a file, zipped
        return DirectLogitAttribution.memoryBytes(blueprint, lengths, params.detail()) + result;
    }

    private static List<ResolvedExample> resolve(Params params, Tokenizer tokenizer, int nCtx) {
        if (params.examples().size() > MAX_EXAMPLES) {
            throw new InvalidInput("examples has " + params.examples().size() + " entries; at most " + MAX_EXAMPLES
                    + " go into one run. Split the set.");
        }
        return params.metric() == Metric.LOGIT_DIFF
                ? ResolvedExample.all(params.examples(), tokenizer, params.bos(), nCtx, ResolvedExample.Needs.FOIL)
                : ResolvedExample.all(params.examples(), tokenizer, params.bos(), nCtx);
    }

    @Override
    public ComponentScores run(Params params, ExperimentContext context) {
        Transformer transformer = context.model().transformer();
        Tokenizer tokenizer = context.model().tokenizer();
        List<ResolvedExample> examples =
                resolve(params, tokenizer, transformer.blueprint().nCtx());
        List<Question> questions = examples.stream()
                .map(e -> new Question(
                        e.ids(), e.answerId(), params.metric() == Metric.LOGIT_DIFF ? e.foilId() : Question.NO_FOIL))
                .toList();
        DirectLogitAttribution attribution = new DirectLogitAttribution(transformer);
        Meter meter = new Meter(attribution.units(questions));
        long steps = (long) examples.size() * transformer.blueprint().layers();
        return Watched.compute(context, meter, steps, () -> {
            Attribution found = attribution.of(questions, params.detail(), meter);
            requireClosed(found.ledgers());
            return new ComponentScoresAssembly(transformer.blueprint(), examples, questions, found)
                    .scores(kind(), params.metric().value(), CLOSING_TOLERANCE);
        });
    }

    /** @throws SelfCheckFailed naming the first example that fails, with its figures */
    private static void requireClosed(List<Ledger> ledgers) {
        for (int i = 0; i < ledgers.size(); i++) {
            Ledger ledger = ledgers.get(i);
            if (!ledger.closes(CLOSING_TOLERANCE)) {
                throw new SelfCheckFailed("Example " + (i + 1) + ": the components' votes sum to " + ledger.sum()
                        + ", the model itself says " + ledger.logitDifference() + ". They differ by "
                        + ledger.residual() + "; at most " + CLOSING_TOLERANCE
                        + " of it is rounding. The result is not to be trusted and was not stored.");
            }
        }
    }
}
