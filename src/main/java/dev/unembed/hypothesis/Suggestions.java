package dev.unembed.hypothesis;

import dev.unembed.account.Actor;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.result.ComponentScores;
import dev.unembed.engine.result.Result;
import dev.unembed.engine.result.ResultFiles;
import dev.unembed.engine.result.ScoreGrid;
import dev.unembed.engine.transformer.ComponentId;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunService;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A circuit to start from: the components with the greatest scores of a finished run. From an {@code attribution} run the
 * score is the mean direct vote, from a {@code patching} run of heads the measured effect. Greedy by single scores, so it knows
 * nothing of what components do together; that is what the test is for.
 */
@ApplicationScoped
public class Suggestions {
    /** @param score in logits for a vote, as a share of clean − corrupted for a patching effect */
    public record Scored(String name, double score) {}

    /**
     * @param by {@code vote} or {@code effect}
     * @param circuit in the model's order
     * @param scores the same components, greatest |score| first
     */
    public record Suggestion(long run, String model, String by, List<String> circuit, List<Scored> scores) {}

    private final RunService runs;

    Suggestions(RunService runs) {
        this.runs = runs;
    }

    /**
     * @param size how many components
     * @param mlps whether MLPs may be among them (an attribution only has them)
     */
    public Suggestion suggest(Actor actor, long runId, int size, boolean mlps) {
        if (size < 1 || size > 1_000) {
            throw new InvalidInput("size is " + size + "; expected 1 to 1000 components.");
        }
        RunDetails run = runs.get(actor, runId);
        if (!run.kind().equals("attribution") && !run.kind().equals("patching")) {
            throw new InvalidInput("Run " + runId + " is of kind " + run.kind()
                    + "; a suggestion is made from an attribution, or from a patching of heads.");
        }
        List<Scored> scored = switch (result(actor, runId)) {
            case ComponentScores votes -> votes(votes, mlps);
            case ScoreGrid effects -> effects(effects, runId);
            default -> throw new IllegalStateException("run " + runId + " has a result of another kind");
        };
        List<Scored> best = scored.stream()
                .sorted(Comparator.comparingDouble((Scored each) -> -Math.abs(each.score())))
                .limit(size)
                .toList();
        List<String> circuit =
                scored.stream().filter(best::contains).map(Scored::name).toList();
        return new Suggestion(runId, run.model(), run.kind().equals("attribution") ? "vote" : "effect", circuit, best);
    }

    private static List<Scored> votes(ComponentScores result, boolean mlps) {
        List<Scored> scored = new ArrayList<>();
        for (int i = 0; i < result.header().components().size(); i++) {
            ComponentId component = result.header().components().get(i);
            if (component instanceof ComponentId.Head || mlps && component instanceof ComponentId.Mlp) {
                scored.add(new Scored(component.text(), result.spread(i).mean()));
            }
        }
        return scored;
    }

    private static List<Scored> effects(ScoreGrid result, long runId) {
        String site = result.header().site();
        if (!site.equals("head")) {
            throw new InvalidInput(
                    "Run " + runId + " patches " + site + "; components are suggested from a patching of heads.");
        }
        List<Scored> scored = new ArrayList<>();
        for (int layer = 0; layer < result.header().layers(); layer++) {
            for (int head = 0; head < result.header().columns().size(); head++) {
                String name = new ComponentId.Head(layer, head).text();
                scored.add(new Scored(name, result.values()[result.cell(layer, head)]));
            }
        }
        return scored;
    }

    private Result result(Actor actor, long runId) {
        byte[] gzip = runs.result(actor, runId).blob();
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return ResultFiles.fromSafetensors(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("a stored result can't be unpacked", e);
        }
    }
}
