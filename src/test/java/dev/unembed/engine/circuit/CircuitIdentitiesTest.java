package dev.unembed.engine.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.unembed.engine.Fixtures;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.circuit.Intervention.Place;
import dev.unembed.engine.circuit.Universe.Members;
import dev.unembed.engine.circuit.Universe.Positions;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.transformer.Activation;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.ComponentId;
import dev.unembed.engine.transformer.ForwardPass;
import dev.unembed.engine.transformer.HookPoint;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.Hooks;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Transformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every model, whatever its weights are: no reference is needed. */
class CircuitIdentitiesTest {
    private static final double CLOSE = 2e-4;
    private static final Ablation ZERO = new Ablation(Ablation.Value.ZERO, Ablation.Reference.SET);
    private static final Ablation MEAN = new Ablation(Ablation.Value.MEAN, Ablation.Reference.SET);
    private static final Ablation RESAMPLE = new Ablation(Ablation.Value.RESAMPLE, Ablation.Reference.SET);

    static Stream<String> families() {
        return Fixtures.TINY.stream();
    }

    private static CircuitEvaluation evaluation(
            LanguageModel model, List<ResolvedExample> examples, Ablation ablation) {
        return new CircuitEvaluation(
                model.transformer(), examples, ablation, 3, new Evaluations(), "set", new Meter(1));
    }

    private static Universe universe(Transformer transformer, Positions positions) {
        Blueprint blueprint = transformer.blueprint();
        return Universe.of(
                Members.HEADS_AND_MLPS,
                blueprint.layers(),
                blueprint.attention().nHeads(),
                positions,
                Set.of("END", "S"));
    }

    /** As a caller without any of this would compute it: the whole pass of one prompt, all logits. */
    private static double difference(Transformer transformer, ResolvedExample example, Hooks hooks) {
        ForwardPass pass = transformer.forward(new int[][] {example.ids()}, hooks);
        return pass.logit(0, example.end(), example.answerId()) - pass.logit(0, example.end(), example.foilId());
    }

    @ParameterizedTest
    @MethodSource("families")
    void theWholeModelAsCircuitIsTheModelAndTheEmptyOneIsTheBaseline(String family) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(family))) {
            List<ResolvedExample> examples = TinyExamples.of(model.tokenizer(), 3, 9, 12);
            for (Ablation ablation : List.of(ZERO, MEAN, RESAMPLE)) {
                for (Positions positions : Positions.values()) {
                    Universe universe = universe(model.transformer(), positions);
                    List<CircuitNode> all = universe.nodes();
                    CircuitEvaluation evaluation = evaluation(model, examples, ablation);
                    List<double[]> found = evaluation.of(List.of(
                            Variant.whole(),
                            Variant.keeping(all, universe),
                            Variant.without(List.of(), universe),
                            Variant.keeping(List.of(), universe),
                            Variant.without(all, universe)));
                    for (int e = 0; e < examples.size(); e++) {
                        double whole = difference(model.transformer(), examples.get(e), Hooks.none());
                        assertThat(found.get(0)[e]).isCloseTo(whole, within(CLOSE));
                        assertThat(found.get(1)[e]).as("all kept").isCloseTo(whole, within(CLOSE));
                        assertThat(found.get(2)[e]).as("none ablated").isCloseTo(whole, within(CLOSE));
                        assertThat(found.get(4)[e]).as("all ablated").isCloseTo(found.get(3)[e], within(CLOSE));
                    }
                }
            }
        }
    }

    /** Ablations begin in the middle of the model, many at once; one at a time through hooks they must be the same. */
    @ParameterizedTest
    @MethodSource("families")
    void ablationsEqualHooks(String family) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(family))) {
            Transformer transformer = model.transformer();
            List<ResolvedExample> examples = TinyExamples.of(model.tokenizer(), 3, 10);
            int last = transformer.blueprint().layers() - 1;
            Universe anywhere = universe(transformer, Positions.ALL);
            Universe named = universe(transformer, Positions.NAMED);
            List<String> late = List.of("L" + last + "H0@END", "MLP" + last + "@END");
            List<String> early = List.of("L1H1@S", "L1H1@END", "MLP0@S");
            for (Ablation ablation : List.of(ZERO, MEAN, RESAMPLE)) {
                List<double[]> found = evaluation(model, examples, ablation)
                        .of(List.of(
                                Variant.without(nodes(late), anywhere),
                                Variant.without(nodes(early), anywhere),
                                Variant.without(nodes(List.of("L1H1", "MLP0@S")), named)));
                for (int e = 0; e < examples.size(); e++) {
                    Hooks ofLate = hooks(transformer, examples, e, ablation, nodes(late));
                    Hooks ofEarly = hooks(transformer, examples, e, ablation, nodes(early));
                    double afterLate = difference(transformer, examples.get(e), ofLate);
                    double afterEarly = difference(transformer, examples.get(e), ofEarly);
                    assertThat(found.get(0)[e]).as("%s, late", ablation).isCloseTo(afterLate, within(CLOSE));
                    assertThat(found.get(1)[e]).as("%s, early", ablation).isCloseTo(afterEarly, within(CLOSE));
                    assertThat(found.get(2)[e]).as("%s, named", ablation).isCloseTo(afterEarly, within(CLOSE));
                }
            }
        }
    }

    private static List<CircuitNode> nodes(List<String> texts) {
        return texts.stream().map(CircuitNode::parse).toList();
    }

    /** The ablation of nodes at named positions of one prompt. */
    private static Hooks hooks(
            Transformer transformer,
            List<ResolvedExample> examples,
            int e,
            Ablation ablation,
            List<CircuitNode> nodes) {
        Intervention intervention = Intervention.none();
        for (CircuitNode node : nodes) {
            boolean head = node.component() instanceof ComponentId.Head;
            HookPoint point = HookPoint.at(head ? Site.Z : Site.MLP_OUT, node.layer());
            Place place = Place.of(point).position(position(examples.get(e), node.position()));
            if (node.component() instanceof ComponentId.Head one) {
                place = place.head(one.head());
            }
            intervention = switch (ablation.value()) {
                case ZERO -> intervention.zero(place);
                case MEAN ->
                    intervention.mean(
                            place,
                            seen(
                                    transformer,
                                    examples.stream().map(ResolvedExample::ids).toArray(int[][]::new),
                                    point));
                case RESAMPLE ->
                    intervention.from(
                            place,
                            seen(transformer, new int[][] {examples.get(e).corruptedIds()}, point));
            };
        }
        return intervention.hooks();
    }

    private static int position(ResolvedExample example, @Nullable String name) {
        return Objects.requireNonNull(example.positions().get(Objects.requireNonNull(name)));
    }

    private static Activation seen(Transformer transformer, int[][] ids, HookPoint point) {
        return transformer.forward(ids, Hooks.none().capture(point)).cache().get(point);
    }

    @ParameterizedTest
    @MethodSource("families")
    void patchingARunWithItselfChangesNothing(String family) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(family))) {
            List<ResolvedExample> examples = TinyExamples.of(model.tokenizer(), 2, 8, 11);
            List<ResolvedExample> uncorrupted = examples.stream()
                    .map(e -> new ResolvedExample(
                            e.example(),
                            e.tokens(),
                            e.ids(),
                            e.answerId(),
                            e.foilId(),
                            e.ids(),
                            e.positions(),
                            e.counterparts()))
                    .toList();
            for (PatchSite site : PatchSite.values()) {
                int heads = site == PatchSite.HEAD
                        ? model.transformer().blueprint().attention().nHeads()
                        : 1;
                List<PatchingSweep.Column> columns = new ArrayList<>();
                for (int h = 0; h < heads; h++) {
                    int head = site == PatchSite.HEAD ? h : -1;
                    columns.add(new PatchingSweep.Column("all " + h, head, -1, null));
                    columns.add(new PatchingSweep.Column("END " + h, head, -1, "END"));
                    columns.add(new PatchingSweep.Column("S " + h, head, -1, "S"));
                }
                PatchingSweep.Found found = new PatchingSweep(
                                model.transformer(), uncorrupted, site, true, columns, new Meter(1))
                        .run(new Evaluations());
                assertThat(found.selfPatchChange()).isLessThan(CLOSE);
                for (double[][] layer : found.patched()) {
                    for (double[] cell : layer) {
                        for (int e = 0; e < cell.length; e++) {
                            assertThat(cell[e]).as("%s", site).isCloseTo(found.clean()[e], within(CLOSE));
                        }
                    }
                }
            }
        }
    }

    /** One place of every kind, against a whole pass with a hook. */
    @ParameterizedTest
    @MethodSource("families")
    void patchesEqualHooks(String family) {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny(family))) {
            Transformer transformer = model.transformer();
            List<ResolvedExample> examples = TinyExamples.of(model.tokenizer(), 3, 9);
            for (PatchSite site : PatchSite.values()) {
                int head = site == PatchSite.HEAD ? 1 : -1;
                List<PatchingSweep.Column> columns = List.of(
                        new PatchingSweep.Column("all", head, -1, null),
                        new PatchingSweep.Column("4", head, 4, null),
                        new PatchingSweep.Column("S", head, -1, "S"));
                PatchingSweep.Found found = new PatchingSweep(transformer, examples, site, false, columns, new Meter(1))
                        .run(new Evaluations());
                for (int l = 0; l < found.patched().length; l++) {
                    HookPoint point = HookPoint.at(site.hookSite(), l);
                    for (int e = 0; e < examples.size(); e++) {
                        ResolvedExample example = examples.get(e);
                        Activation corrupted = seen(transformer, new int[][] {example.corruptedIds()}, point);
                        Place all = head < 0 ? Place.of(point) : Place.of(point).head(head);
                        List<Place> places = List.of(all, all.position(4), all.position(position(example, "S")));
                        for (int c = 0; c < places.size(); c++) {
                            double expected = difference(
                                    transformer,
                                    example,
                                    Intervention.none()
                                            .from(places.get(c), corrupted)
                                            .hooks());
                            assertThat(found.patched()[l][c][e])
                                    .as(
                                            "%s of block %d, %s",
                                            site, l, columns.get(c).label())
                                    .isCloseTo(expected, within(CLOSE));
                        }
                    }
                }
            }
        }
    }

    @Test
    void aMeanOverOnePromptIsRefused() {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny("gpt2"))) {
            List<ResolvedExample> lonely = TinyExamples.of(model.tokenizer(), 1, 8, 9);
            assertThatThrownBy(() -> CircuitEvaluation.require(lonely, MEAN))
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("Example 1 is the only one of its template and length (8 tokens)")
                    .hasMessageContaining("choose ablation 'zero'");
            assertThatThrownBy(() -> CircuitEvaluation.require(
                            lonely, new Ablation(Ablation.Value.MEAN, Ablation.Reference.COUNTERPARTS)))
                    .hasMessageContaining("Example 1 has no counterparts")
                    .hasMessageContaining("reference 'set'");
            CircuitEvaluation.require(lonely, ZERO);
            CircuitEvaluation.require(lonely, RESAMPLE); // there are corrupted prompts
        }
    }
}
