package dev.unembed.engine.bench;

import dev.unembed.engine.bench.Contest.Contender;
import dev.unembed.engine.bench.Contest.Target;
import dev.unembed.engine.circuit.Ablation;
import dev.unembed.engine.circuit.Circuit;
import dev.unembed.engine.circuit.CircuitEvaluation;
import dev.unembed.engine.circuit.CircuitNode;
import dev.unembed.engine.circuit.Evaluations;
import dev.unembed.engine.circuit.NullModel;
import dev.unembed.engine.circuit.Universe;
import dev.unembed.engine.circuit.Variant;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.ComponentId;
import dev.unembed.engine.transformer.LanguageModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Random circuits kept while every other head is set to its mean; one of them against one forward pass of the prompts. */
final class AblationBench implements Benchmark {
    private static final int PROMPTS = 16;
    private static final int POSITIONS = 16;
    private static final int CIRCUITS = 60;
    private static final int HEADS = 8;
    private static final double MOST = 1;

    @Override
    public String name() {
        return "ablation";
    }

    @Override
    public List<Contest> contests(BenchModels models) {
        return models.contests(AblationBench::contest);
    }

    private static Contest contest(String name, LanguageModel model) {
        int[][] ids = BenchModels.prompts(model, PROMPTS, POSITIONS);
        List<ResolvedExample> examples = Passes.pairs(ids);
        List<Variant> variants = variants(model.transformer().blueprint());
        Ablation mean = new Ablation(Ablation.Value.MEAN, Ablation.Reference.SET);
        Runnable work = () -> new CircuitEvaluation(
                        model.transformer(), examples, mean, 0, new Evaluations(), "set", new Meter(1))
                .of(variants);
        return new Contest(
                "%s, %d × %d, %d circuits of %d heads".formatted(name, PROMPTS, POSITIONS, CIRCUITS, HEADS),
                List.of(
                        new Contender("forward pass", Passes.forward(model.transformer(), ids)),
                        new Contender("every circuit kept, the rest ablated", work)),
                List.of(new Target(
                        "ablation on " + name + ": a circuit / forward",
                        seconds -> seconds[1] / CIRCUITS / seconds[0],
                        MOST)));
    }

    private static List<Variant> variants(Blueprint blueprint) {
        int heads = blueprint.attention().nHeads();
        Universe universe =
                Universe.of(Universe.Members.HEADS, blueprint.layers(), heads, Universe.Positions.ALL, Set.of("END"));
        List<CircuitNode> claim = new ArrayList<>();
        for (int i = 0; i < HEADS; i++) {
            claim.add(CircuitNode.of(new ComponentId.Head(blueprint.layers() * i / HEADS, i % heads)));
        }
        return new NullModel(universe, Circuit.of(claim))
                .draw(NullModel.Draw.ANYWHERE, CIRCUITS, 1).stream()
                        .map(nodes -> Variant.keeping(nodes, universe))
                        .toList();
    }
}
