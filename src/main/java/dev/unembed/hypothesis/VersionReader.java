package dev.unembed.hypothesis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.account.Actor;
import dev.unembed.base.Database;
import dev.unembed.base.NotFound;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.circuit.Circuit;
import dev.unembed.engine.circuit.CircuitNode;
import dev.unembed.engine.circuit.Thresholds;
import dev.unembed.engine.circuit.Universe;
import dev.unembed.engine.experiment.Experiment;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelRegistry;
import dev.unembed.run.ExperimentCatalogue;
import dev.unembed.run.ParamsReader;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes a version's content from a request, checked against the model and the prompts so that it can be tested as it is. */
@ApplicationScoped
class VersionReader {
    static final int MAX_CLAIM_CHARACTERS = 2_000;
    static final int MAX_HELD_OUT = 500;
    static final int USUAL_HELD_OUT = 16;

    private final ModelRegistry models;
    private final ExperimentCatalogue experiments;
    private final ParamsReader paramsReader;
    private final List<PromptSource> sources;

    VersionReader(
            ModelRegistry models,
            ExperimentCatalogue experiments,
            ParamsReader paramsReader,
            @All List<PromptSource> sources) {
        this.models = models;
        this.experiments = experiments;
        this.paramsReader = paramsReader;
        this.sources = sources;
    }

    /** @param base the version before, null for the first one */
    VersionContent read(
            Actor actor, long workspaceId, String model, VersionChange change, @Nullable VersionContent base) {
        ModelDetails details = model(model);
        ModelFolder folder = models.folder(details.name());
        BosPolicy bos = change.bos() != null ? change.bos() : base == null ? BosPolicy.DEFAULT : base.bos();
        Prompts prompts = prompts(actor, workspaceId, change, base);
        CircuitText.Typed circuit = circuit(change, base);
        Protocol protocol = change.protocol() == null
                ? base == null ? Protocol.USUAL : base.protocol()
                : change.protocol().over(base == null ? Protocol.USUAL : base.protocol());
        Thresholds thresholds = change.thresholds() == null
                ? base == null ? Thresholds.USUAL : base.thresholds()
                : change.thresholds().over(base == null ? Thresholds.USUAL : base.thresholds());
        String metric = Objects.requireNonNullElse(change.metric(), VersionContent.LOGIT_DIFFERENCE);
        if (!metric.equals(VersionContent.LOGIT_DIFFERENCE)) {
            throw new InvalidInput("metric is '" + metric + "'; known: " + VersionContent.LOGIT_DIFFERENCE + ".");
        }
        VersionContent content = new VersionContent(
                claim(change, base),
                details.name(),
                details.digest(),
                prompts.set(),
                prompts.examples(),
                bos,
                circuit.nodes(),
                circuit.classes(),
                metric,
                protocol,
                thresholds,
                heldOut(actor, workspaceId, change, base, prompts.set()),
                change.seed() != null ? change.seed() : base == null ? 0 : base.seed());
        requireTestable(content, folder);
        return content;
    }

    /** Prompts the version's test is tried on besides its own, made now. The same content gives the same ones. */
    List<PromptExample> heldOut(Actor actor, long workspaceId, VersionContent content, String frozenHash) {
        if (content.heldOut() == 0 || content.promptSet() == null) {
            return List.of();
        }
        // from what is frozen, so that nobody can choose them by trying
        long seed = Long.parseUnsignedLong(frozenHash.substring(0, 16), 16);
        return source().unseen(actor, workspaceId, content.promptSet(), content.model(), content.heldOut(), seed);
    }

    /** Prompt sets to choose from; empty on a server that keeps none. */
    List<PromptSource.Choice> promptSets(Actor actor, long workspaceId) {
        return sources.stream()
                .flatMap(each -> each.choices(actor, workspaceId).stream())
                .toList();
    }

    /** Reads a circuit against a model before anything is saved. Positions are checked with the prompts, later. */
    static CircuitText.Typed typed(String text, ModelDetails model, Universe.Members universe) {
        CircuitText.Typed typed = CircuitText.parse(text);
        Circuit circuit =
                Circuit.of(typed.nodes().stream().map(CircuitNode::parse).toList());
        int layers = model.dimensions().layers();
        int heads = model.dimensions().nHeads();
        circuit.requireIn(layers, heads);
        Universe.of(universe, layers, heads, Universe.Positions.ALL, circuit.positions())
                .require(circuit);
        return typed;
    }

    /** Refuses what the test would refuse, with its words. */
    private void requireTestable(VersionContent content, ModelFolder folder) {
        requireTestable(experiments.byKind(TestParams.KIND), TestParams.of(content, List.of()), folder);
    }

    private <P extends Record> void requireTestable(Experiment<P, ?> test, ObjectNode params, ModelFolder folder) {
        test.validate(paramsReader.read(test, params), folder);
    }

    private record Prompts(@Nullable PromptSetRef set, List<PromptExample> examples) {}

    private Prompts prompts(Actor actor, long workspaceId, VersionChange change, @Nullable VersionContent base) {
        PromptSetRef set = newestUnlessSaid(actor, workspaceId, change.promptSet());
        if (set != null && change.examples() != null) {
            throw new InvalidInput("Both promptSet and examples are given; give one of them.");
        }
        if (change.examples() != null) {
            return new Prompts(null, new ArrayList<>(change.examples()));
        }
        if (set != null) {
            return new Prompts(set, source().examples(actor, workspaceId, set));
        }
        if (base == null) {
            throw new InvalidInput("Neither promptSet nor examples is given; a claim is about prompts.");
        }
        return new Prompts(base.promptSet(), base.examples());
    }

    /** JSON without a version reads as version 0: the newest is meant, as with runs. */
    private @Nullable PromptSetRef newestUnlessSaid(Actor actor, long workspaceId, @Nullable PromptSetRef set) {
        return set == null || set.version() != 0
                ? set
                : promptSets(actor, workspaceId).stream()
                        .map(PromptSource.Choice::set)
                        .filter(each -> each.id() == set.id())
                        .findFirst()
                        .orElse(set);
    }

    private PromptSource source() {
        if (sources.isEmpty()) {
            throw new InvalidInput("This server keeps no prompt sets. Give the examples with the version.");
        }
        return sources.getFirst();
    }

    private static CircuitText.Typed circuit(VersionChange change, @Nullable VersionContent base) {
        JsonNode given = change.circuit();
        if (given == null || given.isNull()) {
            if (base == null) {
                throw new InvalidInput("circuit is missing; expected names such as [\"L9H9\", \"MLP0@END\"].");
            }
            return new CircuitText.Typed(base.circuit(), classes(change.classes(), base.circuit(), base.classes()));
        }
        CircuitText.Typed typed = CircuitText.of(given);
        SortedMap<String, List<String>> before = typed.classes();
        if (before.isEmpty() && base != null) {
            before = new TreeMap<>();
            for (Map.Entry<String, List<String>> each : base.classes().entrySet()) {
                List<String> left =
                        each.getValue().stream().filter(typed.nodes()::contains).toList();
                if (!left.isEmpty()) {
                    before.put(each.getKey(), left);
                }
            }
        }
        return new CircuitText.Typed(typed.nodes(), classes(change.classes(), typed.nodes(), before));
    }

    private static SortedMap<String, List<String>> classes(
            @Nullable Map<String, List<String>> given, List<String> nodes, SortedMap<String, List<String>> otherwise) {
        return given == null ? otherwise : CircuitText.classes(nodes, given);
    }

    private int heldOut(
            Actor actor,
            long workspaceId,
            VersionChange change,
            @Nullable VersionContent base,
            @Nullable PromptSetRef set) {
        Integer asked = change.heldOut();
        if (asked != null && (asked < 0 || asked > MAX_HELD_OUT)) {
            throw new InvalidInput("heldOut is " + asked + "; expected 0 to " + MAX_HELD_OUT + " prompts.");
        }
        boolean generated = set != null && source().isGenerated(actor, workspaceId, set);
        if (asked == null) {
            if (!generated) {
                return 0;
            }
            return base == null || base.promptSet() == null ? USUAL_HELD_OUT : base.heldOut();
        }
        if (asked > 0 && !generated) {
            throw new InvalidInput(
                    "heldOut asks for " + asked + " unseen prompts, but only a generated prompt set can be"
                            + " continued. Choose one, or set heldOut to 0.");
        }
        return asked;
    }

    private static String claim(VersionChange change, @Nullable VersionContent base) {
        String claim = change.claim() == null
                ? base == null ? "" : base.claim()
                : change.claim().strip();
        if (claim.isEmpty()) {
            throw new InvalidInput("claim is missing; say in words what the circuit does.");
        }
        if (claim.length() > MAX_CLAIM_CHARACTERS) {
            throw new InvalidInput(
                    "The claim has " + claim.length() + " characters; at most " + MAX_CLAIM_CHARACTERS + " are taken.");
        }
        return Database.storable(claim);
    }

    private ModelDetails model(String name) {
        try {
            return models.get(name);
        } catch (NotFound e) {
            // the thing asked for is a hypothesis; its model is a field of the request
            throw new InvalidInput(String.valueOf(e.getMessage()));
        }
    }
}
