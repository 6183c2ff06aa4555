package dev.unembed.engine.bench;

import dev.unembed.engine.attribution.DirectLogitAttribution;
import dev.unembed.engine.attribution.Question;
import dev.unembed.engine.bench.Contest.Contender;
import dev.unembed.engine.bench.Contest.Target;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.transformer.LanguageModel;
import java.util.ArrayList;
import java.util.List;

/** Logit differences taken apart, against one forward pass of the same prompts with the logits of every position. */
final class AttributionBench implements Benchmark {
    private static final int PROMPTS = 64;
    private static final int POSITIONS = 16;
    private static final double MOST = 0.9;

    @Override
    public String name() {
        return "attribution";
    }

    @Override
    public List<Contest> contests(BenchModels models) {
        return models.contests(AttributionBench::contest);
    }

    private static Contest contest(String name, LanguageModel model) {
        int[][] ids = BenchModels.prompts(model, PROMPTS, POSITIONS);
        DirectLogitAttribution attribution = new DirectLogitAttribution(model.transformer());
        List<Question> questions = new ArrayList<>();
        for (int[] prompt : ids) {
            questions.add(new Question(prompt, prompt[0], prompt[1]));
        }
        return new Contest(
                "%s, %d × %d".formatted(name, PROMPTS, POSITIONS),
                List.of(
                        new Contender("forward pass", Passes.forward(model.transformer(), ids)),
                        new Contender(
                                "attribution to heads and MLPs", () -> attribution.of(questions, false, new Meter(1))),
                        new Contender(
                                "… and to source positions and neurons",
                                () -> attribution.of(questions, true, new Meter(1)))),
                List.of(new Target(
                        "attribution with all detail on " + name + " / forward",
                        seconds -> seconds[2] / seconds[0],
                        MOST)));
    }
}
