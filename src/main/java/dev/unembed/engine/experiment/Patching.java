package dev.unembed.engine.experiment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.circuit.PatchSite;
import dev.unembed.engine.circuit.PatchingSweep;
import dev.unembed.engine.circuit.Statistics;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.prompt.ResolvedExample.Needs;
import dev.unembed.engine.result.ScoreGrid;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.Tokenizer;
import dev.unembed.engine.transformer.Blueprint;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which places carry the answer: activations of the clean run are put into the corrupted one, place by place, or the other
 * way round. Every run checks itself: patching a run with itself must change nothing.
 */
@Singleton
public class Patching implements Experiment<Patching.Params, ScoreGrid> {
    private static final int MAX_EXAMPLES = 500;
    private static final double SELF_CHECK_TOLERANCE = 1e-4;
    /** Runs that differ by less have nothing to restore. */
    private static final double LEAST_DIFFERENCE = 1e-2;

    private static final String EACH = "each";
    private static final String ALL = "all";

    /** Which run is changed. */
    public enum Direction {
        /** Clean activations in the corrupted run: what suffices to restore the answer. */
        DENOISING,
        /** Corrupted activations in the clean run: what is needed for it. */
        NOISING;

        @JsonValue
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        public static Direction of(String value) {
            for (Direction direction : values()) {
                if (direction.value().equals(value)) {
                    return direction;
                }
            }
            throw new InvalidInput("direction is '" + value + "'; expected denoising or noising.");
        }
    }

    /**
     * @param examples prompts with answer, foil and corrupted prompt
     * @param positions {@code each} token position, {@code all} at once, or the name of one
     */
    public record Params(
            @Size(max = MAX_EXAMPLES)
            @Field(label = "Examples", help = "Prompts with a corrupted counterpart.", input = Field.Input.EXAMPLES)
            List<PromptExample> examples,

            @Nullable
            @Field(label = "Prompt set", help = "The stored set the examples came from.", input = Field.Input.HIDDEN)
            PromptSetRef promptSet,

            @Field(
                    label = "BOS token",
                    help = "Whether a beginning-of-sequence token precedes each prompt. It is never doubled.")
            BosPolicy bos,

            @Field(
                    label = "Site",
                    help = "What is patched: the stream, what attention or the MLP adds, or single heads.")
            PatchSite site,

            @Field(
                    label = "Direction",
                    help =
                            "Denoising puts clean activations into the corrupted run and shows what suffices; noising the"
                                    + " other way round and shows what is needed.")
            Direction direction,

            @Field(
                    label = "Positions",
                    help = "each: every token position by itself; all: every position at once; or a name such as END.")
            String positions) {
        public Params {
            examples = examples == null ? List.of() : List.copyOf(examples);
            bos = Objects.requireNonNullElse(bos, BosPolicy.DEFAULT);
            site = Objects.requireNonNullElse(site, PatchSite.HEAD);
            direction = Objects.requireNonNullElse(direction, Direction.DENOISING);
            positions = Objects.requireNonNullElse(positions, site == PatchSite.HEAD ? ALL : EACH);
        }

        /** From JSON, where everything but the examples may be absent. */
        @JsonCreator
        public static Params of(
                @JsonProperty("examples") @Nullable List<PromptExample> examples,
                @JsonProperty("promptSet") @Nullable PromptSetRef promptSet,
                @JsonProperty("bos") @Nullable BosPolicy bos,
                @JsonProperty("site") @Nullable PatchSite site,
                @JsonProperty("direction") @Nullable Direction direction,
                @JsonProperty("positions") @Nullable String positions) {
            PatchSite place = site == null ? PatchSite.HEAD : site;
            return new Params(
                    examples == null ? List.of() : examples,
                    promptSet,
                    bos == null ? BosPolicy.DEFAULT : bos,
                    place,
                    direction == null ? Direction.DENOISING : direction,
                    positions == null ? (place == PatchSite.HEAD ? ALL : EACH) : positions);
        }
    }

    @Override
    public String kind() {
        return "patching";
    }

    @Override
    public Class<Params> paramsType() {
        return Params.class;
    }

    @Override
    public void validate(Params params, ModelFolder model) {
        columns(
                params,
                resolve(params, model.tokenizer(), model.dimensions().nCtx()),
                model.dimensions().nHeads());
    }

    @Override
    public long memoryBytes(Params params, ModelFolder model) {
        Blueprint b = model.blueprint();
        List<ResolvedExample> examples = resolve(params, model.tokenizer(), b.nCtx());
        return PatchingSweep.memoryBytes(
                b,
                examples,
                params.site(),
                columns(params, examples, b.attention().nHeads()));
    }

    private static List<ResolvedExample> resolve(Params params, Tokenizer tokenizer, int nCtx) {
        if (params.examples().size() > MAX_EXAMPLES) {
            throw new InvalidInput("examples has " + params.examples().size() + " entries; at most " + MAX_EXAMPLES
                    + " go into one sweep. Split the set.");
        }
        return ResolvedExample.all(params.examples(), tokenizer, params.bos(), nCtx, Needs.FOIL, Needs.CORRUPTED);
    }

    private static List<PatchingSweep.Column> columns(Params params, List<ResolvedExample> examples, int heads) {
        boolean each = params.positions().equals(EACH);
        String name = each || params.positions().equals(ALL) ? null : params.positions();
        if (name != null) {
            for (int i = 0; i < examples.size(); i++) {
                if (!examples.get(i).positions().containsKey(name)) {
                    throw new InvalidInput("Example " + (i + 1) + " has no position '" + name + "'; it has "
                            + String.join(", ", examples.get(i).positions().keySet())
                            + ". positions takes each, all or one of these.");
                }
            }
        }
        List<PatchingSweep.Column> columns = new ArrayList<>();
        if (params.site() == PatchSite.HEAD) {
            if (each) {
                throw new InvalidInput(
                        "positions is 'each', but site 'head' has a column per head; expected all, END or"
                                + " another named position.");
            }
            for (int h = 0; h < heads; h++) {
                columns.add(new PatchingSweep.Column("H" + h, h, -1, name));
            }
        } else if (each) {
            int length = examples.getFirst().ids().length;
            for (int i = 0; i < examples.size(); i++) {
                if (examples.get(i).ids().length != length) {
                    throw new InvalidInput(
                            "Example " + (i + 1) + " has " + examples.get(i).ids().length
                                    + " tokens, the first one " + length
                                    + ": positions 'each' needs prompts of one length. Use a"
                                    + " named position, or split the set by length.");
                }
            }
            for (int t = 0; t < length; t++) {
                columns.add(new PatchingSweep.Column(
                        examples.getFirst().tokens().tokens().get(t).text(), -1, t, null));
            }
        } else {
            columns.add(new PatchingSweep.Column(params.positions(), -1, -1, name));
        }
        return columns;
    }

    @Override
    public ScoreGrid run(Params params, ExperimentContext context) {
        Blueprint blueprint = context.model().transformer().blueprint();
        List<ResolvedExample> examples = resolve(params, context.model().tokenizer(), blueprint.nCtx());
        List<PatchingSweep.Column> columns =
                columns(params, examples, blueprint.attention().nHeads());
        long cells = (long) blueprint.layers() * columns.size() * examples.size();
        Meter meter = new Meter(cells);
        KeptEvaluations kept = new KeptEvaluations(context);
        return Watched.compute(context, meter, cells, () -> {
            PatchingSweep sweep = new PatchingSweep(
                    context.model().transformer(),
                    examples,
                    params.site(),
                    params.direction() == Direction.DENOISING,
                    columns,
                    meter);
            return grid(params, examples, columns, sweep.run(kept.evaluations()));
        });
    }

    private ScoreGrid grid(
            Params params,
            List<ResolvedExample> examples,
            List<PatchingSweep.Column> columns,
            PatchingSweep.Found found) {
        if (!(found.selfPatchChange() <= SELF_CHECK_TOLERANCE)) {
            throw new SelfCheckFailed("A run patched with itself changed its logit difference by "
                    + found.selfPatchChange() + "; at most " + SELF_CHECK_TOLERANCE
                    + " is rounding. The result is not to"
                    + " be trusted and was not stored.");
        }
        double clean = Statistics.mean(found.clean());
        double corrupted = Statistics.mean(found.corrupted());
        if (Math.abs(clean - corrupted) < LEAST_DIFFERENCE) {
            throw new InvalidInput(String.format(
                    Locale.ROOT,
                    "Clean and corrupted prompts have mean logit differences of %.4f and %.4f: there is nothing to restore."
                            + " Corrupt what decides between answer and foil.",
                    clean,
                    corrupted));
        }
        int layers = found.patched().length;
        float[] values = new float[layers * columns.size()];
        float[] raw = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            double mean = Statistics.mean(found.patched()[i / columns.size()][i % columns.size()]);
            raw[i] = (float) mean;
            values[i] = (float) ((mean - corrupted) / (clean - corrupted));
        }
        List<ScoreGrid.Example> told = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            PromptExample example = examples.get(i).example();
            told.add(new ScoreGrid.Example(
                    example.prompt(),
                    Objects.requireNonNull(example.corrupted()),
                    example.answer(),
                    Objects.requireNonNull(example.foil()),
                    found.clean()[i],
                    found.corrupted()[i]));
        }
        return new ScoreGrid(
                new ScoreGrid.Header(
                        kind(),
                        params.site().text(),
                        params.direction().value(),
                        params.positions(),
                        clean,
                        corrupted,
                        layers,
                        columns.stream().map(PatchingSweep.Column::label).toList(),
                        told,
                        new ScoreGrid.SelfCheck(found.selfPatchChange(), SELF_CHECK_TOLERANCE)),
                values,
                raw);
    }
}
