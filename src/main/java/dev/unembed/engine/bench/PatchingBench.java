package dev.unembed.engine.bench;

import dev.unembed.engine.bench.Contest.Contender;
import dev.unembed.engine.bench.Contest.Target;
import dev.unembed.engine.circuit.Evaluations;
import dev.unembed.engine.circuit.PatchSite;
import dev.unembed.engine.circuit.PatchingSweep;
import dev.unembed.engine.circuit.PatchingSweep.Column;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.LanguageModel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Every head patched, one after the other, in pairs of prompts; a cell against one forward pass of the same prompts. */
final class PatchingBench implements Benchmark {
    private static final int PAIRS = 8;
    private static final double MOST_AT_ALL_POSITIONS = 0.4;
    private static final double MOST_AT_END = 0.1;

    @Override
    public String name() {
        return "patching";
    }

    @Override
    public List<Contest> contests(BenchModels models) {
        List<Contest> contests = new ArrayList<>();
        contests.add(contest("GPT-2-small", models.gpt2Small(), 16));
        models.smolLm2().ifPresent(model -> contests.add(contest("SmolLM2-135M", model, 14)));
        return contests;
    }

    private static Contest contest(String name, LanguageModel model, int positions) {
        int[][] ids = BenchModels.prompts(model, PAIRS, positions);
        Blueprint blueprint = model.transformer().blueprint();
        int cells = blueprint.layers() * blueprint.attention().nHeads();
        return new Contest(
                "%s, %d × %d, %d heads".formatted(name, PAIRS, positions, cells),
                List.of(
                        new Contender("forward pass", Passes.forward(model.transformer(), ids)),
                        new Contender("every head patched at all positions", () -> patchHeads(model, ids, null)),
                        new Contender("every head patched at END", () -> patchHeads(model, ids, PromptExample.END))),
                List.of(
                        new Target(
                                "patching on " + name + ": a head at all positions / forward",
                                seconds -> seconds[1] / cells / seconds[0],
                                MOST_AT_ALL_POSITIONS),
                        new Target(
                                "patching on " + name + ": a head at END / forward",
                                seconds -> seconds[2] / cells / seconds[0],
                                MOST_AT_END)));
    }

    /** @param position a name, or null for all */
    private static void patchHeads(LanguageModel model, int[][] ids, @Nullable String position) {
        List<Column> columns = IntStream.range(
                        0, model.transformer().blueprint().attention().nHeads())
                .mapToObj(head -> new Column("H" + head, head, -1, position))
                .toList();
        new PatchingSweep(model.transformer(), Passes.pairs(ids), PatchSite.HEAD, true, columns, new Meter(1))
                .run(new Evaluations());
    }
}
