package dev.unembed.engine.bench;

import dev.unembed.engine.bench.Contest.Contender;
import dev.unembed.engine.transformer.LanguageModel;
import java.util.List;

/** The forward pass at three sizes; other programs' passes are compared with these. */
final class ForwardBench implements Benchmark {
    private static final int[][] SHAPES = {{1, 32}, {8, 64}, {16, 128}};

    @Override
    public String name() {
        return "forward";
    }

    @Override
    public List<Contest> contests(BenchModels models) {
        return java.util.Arrays.stream(SHAPES)
                .map(shape -> contest(models.gpt2Small(), shape[0], shape[1]))
                .toList();
    }

    private static Contest contest(LanguageModel model, int batch, int positions) {
        int[][] ids = BenchModels.prompts(model, batch, positions);
        return new Contest(
                "GPT-2-small, %d × %d".formatted(batch, positions),
                List.of(new Contender("forward pass", Passes.forward(model.transformer(), ids))),
                List.of());
    }
}
