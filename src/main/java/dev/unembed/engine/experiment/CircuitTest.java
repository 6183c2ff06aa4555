package dev.unembed.engine.experiment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.circuit.Ablation;
import dev.unembed.engine.circuit.Circuit;
import dev.unembed.engine.circuit.CircuitEvaluation;
import dev.unembed.engine.circuit.CircuitNode;
import dev.unembed.engine.circuit.Thresholds;
import dev.unembed.engine.circuit.Universe;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.prompt.ResolvedExample.Needs;
import dev.unembed.engine.result.CircuitVerdict;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.Tokenizer;
import dev.unembed.engine.transformer.Blueprint;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Does a circuit do what is claimed? What its nodes account for, and what ablating the rest, or them, says, against random
 * circuits and under other protocols. A refuted claim is a successful run.
 */
@Singleton
public class CircuitTest implements Experiment<CircuitTest.Params, CircuitVerdict> {
    private static final int MAX_EXAMPLES = 1000;
    private static final int MAX_RANDOM = 1000;
    private static final int DEFAULT_RANDOM = 100;
    private static final double DEFAULT_MIN_DIFFERENCE = 0.1;

    /**
     * @param circuit nodes, as {@code L23H3} or {@code MLP0@END}
     * @param classes nodes that do the same, by name
     * @param universe what the complement ranges over
     * @param sweep whether other protocols are tried too
     * @param heldOut prompts that the claim wasn't made on
     * @param minDifference examples on which the model's own difference is smaller have no ratio
     */
    public record Params(
            @Size(max = MAX_EXAMPLES)
            @Field(label = "Examples", help = "Prompts with answer and foil.", input = Field.Input.HIDDEN)
            List<PromptExample> examples,

            @Nullable
            @Field(label = "Prompt set", help = "The stored set the examples came from.", input = Field.Input.HIDDEN)
            PromptSetRef promptSet,

            @Field(label = "BOS token", help = "Whether a beginning-of-sequence token precedes each prompt.")
            BosPolicy bos,

            @Size(max = 2000) @Field(label = "Circuit", help = "Heads and MLPs.", input = Field.Input.HIDDEN)
            List<CircuitNode> circuit,

            @Field(label = "Classes", help = "Nodes that do the same, by name.", input = Field.Input.HIDDEN)
            Map<String, List<CircuitNode>> classes,

            @Field(label = "Universe", help = "What the complement of the circuit ranges over.")
            Universe.Members universe,

            @Field(label = "Ablation", help = "What stands in the place of an ablated node.")
            Ablation.Value ablation,

            @Field(label = "Reference", help = "Whose mean a mean ablation takes.")
            Ablation.Reference reference,

            @Field(label = "Positions", help = "Whole components, or components at named positions only.")
            Universe.Positions positions,

            @Min(0)
            @Max(MAX_RANDOM)
            @Field(label = "Random circuits", help = "How many random circuits of each kind the claim is held against.")
            int randomCircuits,

            @Field(label = "Protocol sweep", help = "Also tests the claim under other ablations and positions.")
            boolean sweep,

            @Size(max = MAX_EXAMPLES)
            @Field(label = "Held-out examples", help = "Prompts the claim wasn't made on.", input = Field.Input.HIDDEN)
            List<PromptExample> heldOut,

            @Min(0)
            @Field(label = "Least difference", help = "Examples whose own logit difference is smaller have no ratio.")
            double minDifference,

            @Field(label = "Thresholds", help = "What the claim must reach.", input = Field.Input.HIDDEN)
            Thresholds thresholds) {
        public Params {
            examples = examples == null ? List.of() : List.copyOf(examples);
            bos = Objects.requireNonNullElse(bos, BosPolicy.DEFAULT);
            circuit = circuit == null ? List.of() : List.copyOf(circuit);
            classes = classes == null ? Map.of() : new LinkedHashMap<>(classes);
            universe = Objects.requireNonNullElse(universe, Universe.Members.HEADS);
            ablation = Objects.requireNonNullElse(ablation, Ablation.Value.MEAN);
            reference = Objects.requireNonNullElse(reference, Ablation.Reference.SET);
            positions = Objects.requireNonNullElse(positions, Universe.Positions.ALL);
            heldOut = heldOut == null ? List.of() : List.copyOf(heldOut);
            thresholds = Objects.requireNonNullElse(thresholds, Thresholds.USUAL);
        }

        /** From JSON, where everything but examples and circuit may be absent. */
        @JsonCreator
        public static Params of(
                @JsonProperty("examples") @Nullable List<PromptExample> examples,
                @JsonProperty("promptSet") @Nullable PromptSetRef promptSet,
                @JsonProperty("bos") @Nullable BosPolicy bos,
                @JsonProperty("circuit") @Nullable List<CircuitNode> circuit,
                @JsonProperty("classes") @Nullable Map<String, List<CircuitNode>> classes,
                @JsonProperty("universe") Universe.@Nullable Members universe,
                @JsonProperty("ablation") Ablation.@Nullable Value ablation,
                @JsonProperty("reference") Ablation.@Nullable Reference reference,
                @JsonProperty("positions") Universe.@Nullable Positions positions,
                @JsonProperty("randomCircuits") @Nullable Integer randomCircuits,
                @JsonProperty("sweep") @Nullable Boolean sweep,
                @JsonProperty("heldOut") @Nullable List<PromptExample> heldOut,
                @JsonProperty("minDifference") @Nullable Double minDifference,
                @JsonProperty("thresholds") @Nullable Thresholds thresholds) {
            return new Params(
                    examples == null ? List.of() : examples,
                    promptSet,
                    bos == null ? BosPolicy.DEFAULT : bos,
                    circuit == null ? List.of() : circuit,
                    classes == null ? Map.of() : classes,
                    universe == null ? Universe.Members.HEADS : universe,
                    ablation == null ? Ablation.Value.MEAN : ablation,
                    reference == null ? Ablation.Reference.SET : reference,
                    positions == null ? Universe.Positions.ALL : positions,
                    randomCircuits == null ? DEFAULT_RANDOM : randomCircuits,
                    sweep != null && sweep,
                    heldOut == null ? List.of() : heldOut,
                    minDifference == null ? DEFAULT_MIN_DIFFERENCE : minDifference,
                    thresholds == null ? Thresholds.USUAL : thresholds);
        }
    }

    @Override
    public String kind() {
        return "circuit-test";
    }

    @Override
    public Class<Params> paramsType() {
        return Params.class;
    }

    /** A claim is made, frozen and tested on the page of a hypothesis. */
    @Override
    public boolean hasForm() {
        return false;
    }

    @Override
    public void validate(Params params, ModelFolder model) {
        Claim.of(
                params,
                model.tokenizer(),
                model.dimensions().nCtx(),
                model.dimensions().layers(),
                model.dimensions().nHeads());
    }

    @Override
    public long memoryBytes(Params params, ModelFolder model) {
        Blueprint b = model.blueprint();
        return CircuitVerification.memoryBytes(
                Claim.of(
                        params,
                        model.tokenizer(),
                        b.nCtx(),
                        b.layers(),
                        b.attention().nHeads()),
                b);
    }

    @Override
    public CircuitVerdict run(Params params, ExperimentContext context) {
        Blueprint blueprint = context.model().transformer().blueprint();
        Claim claim = Claim.of(
                params,
                context.model().tokenizer(),
                blueprint.nCtx(),
                blueprint.layers(),
                blueprint.attention().nHeads());
        KeptEvaluations kept = new KeptEvaluations(context);
        Meter meter = new Meter(CircuitVerification.units(claim));
        return Watched.compute(
                context,
                meter,
                meter.total(),
                () -> new CircuitVerification(
                                kind(), claim, context.model().transformer(), kept.evaluations(), context.seed(), meter)
                        .verdict());
    }

    /** The parameters, understood and checked. */
    record Claim(
            Params params,
            List<ResolvedExample> examples,
            List<ResolvedExample> heldOut,
            Circuit circuit,
            Universe universe,
            Ablation ablation) {
        static Claim of(Params params, Tokenizer tokenizer, int nCtx, int layers, int heads) {
            if (params.circuit().isEmpty()) {
                throw new InvalidInput("circuit is empty; expected heads and MLPs, such as [\"L9H9\", \"MLP0@END\"].");
            }
            List<ResolvedExample> examples =
                    ResolvedExample.all(params.examples(), tokenizer, params.bos(), nCtx, Needs.FOIL);
            List<ResolvedExample> heldOut = params.heldOut().isEmpty() ? List.of() : heldOut(params, tokenizer, nCtx);
            Circuit circuit = new Circuit(params.circuit(), params.classes());
            circuit.requireIn(layers, heads);
            Universe universe =
                    Universe.of(params.universe(), layers, heads, params.positions(), names(examples, heldOut));
            universe.require(circuit);
            Ablation ablation = new Ablation(params.ablation(), params.reference());
            CircuitEvaluation.require(examples, ablation);
            if (!heldOut.isEmpty()) {
                ofHeldOut(() -> CircuitEvaluation.require(heldOut, ablation));
            }
            return new Claim(params, examples, heldOut, circuit, universe, ablation);
        }

        private static List<ResolvedExample> heldOut(Params params, Tokenizer tokenizer, int nCtx) {
            List<ResolvedExample> resolved = new ArrayList<>();
            ofHeldOut(() ->
                    resolved.addAll(ResolvedExample.all(params.heldOut(), tokenizer, params.bos(), nCtx, Needs.FOIL)));
            return resolved;
        }

        private static void ofHeldOut(Runnable check) {
            try {
                check.run();
            } catch (InvalidInput e) {
                throw new InvalidInput("heldOut: " + e.getMessage(), e);
            }
        }

        private static Set<String> names(List<ResolvedExample> examples, List<ResolvedExample> heldOut) {
            Set<String> names = new TreeSet<>(examples.getFirst().positions().keySet());
            examples.forEach(example -> names.retainAll(example.positions().keySet()));
            heldOut.forEach(example -> names.retainAll(example.positions().keySet()));
            return names;
        }

        /** The same claim about components at named positions, or about whole ones. */
        Universe universe(Universe.Positions positions) {
            return new Universe(universe.components(), positions, universe.names());
        }
    }
}
