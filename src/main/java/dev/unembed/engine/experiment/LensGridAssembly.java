package dev.unembed.engine.experiment;

import dev.unembed.engine.lens.LensStatistics;
import dev.unembed.engine.lens.ResidualStreams;
import dev.unembed.engine.result.LensGrid;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.engine.text.Tokenizer;
import dev.unembed.engine.transformer.Blueprint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts the numbers of a sweep, the texts of its tokens and what follows from both together. */
final class LensGridAssembly {
    private final LensReading.Params params;
    private final TokenizedPrompt prompt;
    private final int[] tracked;
    private final ResidualStreams streams;
    private final LensStatistics statistics;
    private final Tokenizer tokenizer;
    private final Map<Integer, String> texts = new TreeMap<>();

    LensGridAssembly(
            LensReading.Params params,
            TokenizedPrompt prompt,
            int[] tracked,
            ResidualStreams streams,
            LensStatistics statistics,
            Tokenizer tokenizer) {
        this.params = params;
        this.prompt = prompt;
        this.tracked = tracked;
        this.streams = streams;
        this.statistics = statistics;
        this.tokenizer = tokenizer;
    }

    LensGrid grid(String kind, Blueprint blueprint, float tolerance, LensGrid.@Nullable Deviation deviation) {
        LensGrid.Values values = new LensGrid.Values(
                streams.layers(),
                firstPlaces(statistics.topIds()),
                firstPlaces(statistics.topLogProbs()),
                statistics.entropyNats(),
                statistics.klNats(),
                statistics.finalLogProbs(),
                statistics.finalRanks(),
                statistics.trackedLogProbs(),
                statistics.trackedRanks());
        LensGrid.Summary summary = summary(blueprint.layers());
        List<LensGrid.Token> tokens =
                prompt.tokens().stream().map(t -> token(t.id())).toList();
        List<LensGrid.Token> trackedTokens =
                Arrays.stream(tracked).mapToObj(this::token).toList();
        Arrays.stream(values.topIds()).distinct().forEach(this::token);
        return new LensGrid(
                new LensGrid.Header(
                        kind,
                        params.lens(),
                        blueprint.layers(),
                        blueprint.dVocab(),
                        streams.points().stream().map(Object::toString).toList(),
                        tokens,
                        prompt.bosPrepended(),
                        texts,
                        trackedTokens,
                        params.topK(),
                        summary,
                        new LensGrid.SelfCheck(statistics.maxAbsLogitDifference(), tolerance),
                        params.precision(),
                        deviation),
                values);
    }

    private LensGrid.Token token(int id) {
        return new LensGrid.Token(id, text(id));
    }

    private String text(int id) {
        return texts.computeIfAbsent(id, tokenizer::text);
    }

    private LensGrid.Summary summary(int depth) {
        float[] layers = streams.layers();
        int[] rowOfLayer = new int[depth + 1];
        for (int row = 0; row < layers.length; row++) {
            if (layers[row] == (int) layers[row]) {
                rowOfLayer[(int) layers[row]] = row;
            }
        }
        List<LensGrid.Position> positions = new ArrayList<>();
        for (int position = 0; position < statistics.positions(); position++) {
            positions.add(summary(position, rowOfLayer));
        }
        return new LensGrid.Summary(positions);
    }

    private LensGrid.Position summary(int position, int[] rowOfLayer) {
        int[] ranks = new int[rowOfLayer.length];
        int[] tops = new int[rowOfLayer.length];
        for (int layer = 0; layer < ranks.length; layer++) {
            int cell = rowOfLayer[layer] * statistics.positions() + position;
            ranks[layer] = statistics.finalRanks()[cell];
            tops[layer] = statistics.topIds()[cell * statistics.topK()];
        }
        int finalId = statistics.finalIds()[position];
        int lastCell = (statistics.rows() - 1) * statistics.positions() + position;
        return new LensGrid.Position(
                position,
                new LensGrid.Winner(finalId, text(finalId), statistics.finalLogProbs()[lastCell]),
                firstWithin(ranks, 1),
                firstWithin(ranks, 5),
                firstWithin(ranks, 10),
                crystallised(ranks),
                overwritten(tops, finalId));
    }

    private static int firstWithin(int[] ranks, int limit) {
        int layer = 0;
        while (ranks[layer] > limit) {
            layer++; // ends at the final layer, where the rank is 1
        }
        return layer;
    }

    private static int crystallised(int[] ranks) {
        int layer = ranks.length - 1;
        while (layer > 0 && ranks[layer - 1] == 1) {
            layer--;
        }
        return layer;
    }

    private List<LensGrid.Overwritten> overwritten(int[] tops, int finalId) {
        List<LensGrid.Overwritten> runs = new ArrayList<>();
        int from = 0;
        for (int layer = 1; layer <= tops.length; layer++) {
            if (layer == tops.length || tops[layer] != tops[from]) {
                if (tops[from] != finalId) {
                    runs.add(new LensGrid.Overwritten(tops[from], text(tops[from]), from, layer - 1));
                }
                from = layer;
            }
        }
        return runs;
    }

    /** The sweep may have kept more places than were asked for. */
    private int[] firstPlaces(int[] ids) {
        int kept = statistics.topK();
        if (kept == params.topK()) {
            return ids;
        }
        int[] cut = new int[ids.length / kept * params.topK()];
        for (int cell = 0; cell < ids.length / kept; cell++) {
            System.arraycopy(ids, cell * kept, cut, cell * params.topK(), params.topK());
        }
        return cut;
    }

    private float[] firstPlaces(float[] logProbs) {
        int kept = statistics.topK();
        if (kept == params.topK()) {
            return logProbs;
        }
        float[] cut = new float[logProbs.length / kept * params.topK()];
        for (int cell = 0; cell < logProbs.length / kept; cell++) {
            System.arraycopy(logProbs, cell * kept, cut, cell * params.topK(), params.topK());
        }
        return cut;
    }
}
