package dev.unembed.engine.lens;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.HookPoint;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Transformer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads all rows of a lens at all positions in one sweep over the vocabulary per group of positions: a block of unembedding
 * rows is multiplied with the group, the block of logits is folded into running statistics, and forgotten.
 *
 * <p>Memory is positions × rows of statistics and one block of logits per core, whatever the vocabulary. Each core has a
 * contiguous share of the vocabulary and its own folds, merged in order, so results don't depend on timing.
 *
 * <p>The model's own logits are computed beside it on another path (all at once, the norm in plain operations); the last
 * row of the lens is compared with them token by token.
 */
public final class VocabularySweep {
    /** Rows of a matrix product: enough to read the unembedding seldom, few enough for the caches. */
    public static final int GROUP_ROWS = 256;

    /** Logits of the model's own path held at a time. */
    private static final long MODEL_LOGIT_BYTES = 16L << 20;

    private final Transformer model;
    private final Lens lens;
    private final NDArray[] rows;
    private final int positions;
    private final int topK;
    private final int[] tracked;
    private final Meter meter;
    private final Settings settings;
    private final BlockKernel kernel;
    private final Output out;

    /**
     * @param blockTokens vocabulary rows multiplied at a time
     * @param cores threads that sweep
     * @param scalar whether to do without the Vector API
     */
    public record Settings(int blockTokens, int cores, boolean scalar) {
        public static Settings standard() {
            return new Settings(2048, Torch.cores(), false);
        }
    }

    private VocabularySweep(
            Transformer model, Lens lens, NDArray[] rows, int topK, int[] tracked, Meter meter, Settings settings) {
        this.model = model;
        this.lens = lens;
        this.rows = rows;
        this.positions = (int) rows[0].getShape().get(0);
        this.topK = topK;
        this.tracked = tracked;
        this.meter = meter;
        this.settings = new Settings(
                model.unembedding().rowsAtOnce(settings.blockTokens()), settings.cores(), settings.scalar());
        this.kernel = settings.scalar() ? new ScalarKernel() : BlockKernel.best();
        this.out = new Output(rows.length, positions, topK, tracked.length);
    }

    /**
     * @param rows streams [pos d_model] from the bottom up, the last one the final stream; they stay the caller's
     * @param topK at most the size of the vocabulary
     * @param tracked token ids
     * @param meter advanced by {@link #units} in all
     */
    public static LensStatistics run(
            Transformer model, Lens lens, NDArray[] rows, int topK, int[] tracked, Meter meter, Settings settings) {
        return new VocabularySweep(model, lens, rows, topK, tracked, meter, settings).sweep();
    }

    /** Multiplications of a sweep, in the unit that {@link Meter}s count. */
    public static long units(Transformer model, int rows, int positions) {
        return (long) rows
                * positions
                * model.blueprint().dVocab()
                * model.blueprint().dModel();
    }

    private LensStatistics sweep() {
        int dVocab = model.blueprint().dVocab();
        int perGroup = Math.max(1, GROUP_ROWS / rows.length);
        int perCheck = (int) Math.max(perGroup, MODEL_LOGIT_BYTES / Float.BYTES / dVocab / perGroup * perGroup);
        try (ExecutorService cores = Executors.newFixedThreadPool(settings.cores(), VocabularySweep::worker)) {
            for (int start = 0; start < positions; start += perCheck) {
                int end = Math.min(positions, start + perCheck);
                try (TensorScope scope = new TensorScope()) {
                    NDArray logits = modelLogits(start, end, scope.ops()); // [pos d_vocab]
                    MemorySegment modelLogits = TensorOps.memory(logits);
                    for (int from = start; from < end; from += perGroup) {
                        int to = Math.min(end, from + perGroup);
                        sweepGroup(from, to, modelLogits.asSlice(4L * (from - start) * dVocab), cores);
                    }
                }
            }
        }
        return out.statistics();
    }

    private static Thread worker(Runnable work) {
        Thread thread = new Thread(work, "lens-sweep");
        thread.setDaemon(true);
        return thread;
    }

    /** The model's logits by a path of their own: norm in plain operations, the whole vocabulary in one product. */
    private NDArray modelLogits(int from, int to, TensorOps ops) {
        NDArray stream = ops.narrow(rows[rows.length - 1], 0, from, to); // [pos d_model]
        NDArray normalized = model.finalNorm()
                .applyInParts(
                        stream,
                        ops,
                        Probe.NOTHING,
                        HookPoint.of(HookPoint.Site.LN_FINAL_SCALE),
                        HookPoint.of(HookPoint.Site.LN_FINAL_NORMALIZED));
        return ops.contiguous(model.unembedding().logits(normalized, ops));
    }

    private void sweepGroup(int from, int to, MemorySegment modelLogits, ExecutorService cores) {
        int dVocab = model.blueprint().dVocab();
        int[] finalIds = new int[to - from];
        for (int p = 0; p < finalIds.length; p++) {
            finalIds[p] = argmax(modelLogits, 4L * p * dVocab, dVocab);
        }
        try (TensorScope scope = new TensorScope()) {
            NDArray input = lens.read(stacked(from, to, scope.ops()), model, scope.ops()); // [pos·row d_model]
            RowFold[] folds = sweepGroup(input, finalIds, modelLogits, cores);
            // two paths may order a near-tie differently; the lens's own last row decides what "final" means
            boolean asExpected = true;
            for (int p = 0; p < finalIds.length; p++) {
                int top = folds[p * rows.length + rows.length - 1].top().id(0);
                asExpected &= top == finalIds[p];
                finalIds[p] = top;
            }
            if (!asExpected) {
                folds = sweepGroup(input, finalIds, modelLogits, cores);
            }
            for (int p = 0; p < finalIds.length; p++) {
                out.put(from + p, finalIds[p], folds, p * rows.length);
            }
        }
    }

    /** [pos·row d_model]: the rows of one position lie together, so that its final row is at hand for the divergences. */
    private NDArray stacked(int from, int to, TensorOps ops) {
        NDArray[] parts = new NDArray[rows.length];
        for (int r = 0; r < rows.length; r++) {
            parts[r] = ops.narrow(rows[r], 0, from, to); // [pos d_model]
        }
        return ops.reshape(
                ops.stack(parts, 1),
                (long) (to - from) * rows.length,
                model.blueprint().dModel());
    }

    private RowFold[] sweepGroup(NDArray input, int[] finalIds, MemorySegment modelLogits, ExecutorService cores) {
        int dVocab = model.blueprint().dVocab();
        float[] targetLogits = targetLogits(input, finalIds);
        int blocks = Math.ceilDiv(dVocab, settings.blockTokens());
        int shares = Math.min(settings.cores(), blocks);
        List<Future<RowFold[]>> futures = new ArrayList<>();
        for (int share = 0; share < shares; share++) {
            int first = (int) ((long) blocks * share / shares) * settings.blockTokens();
            int end = Math.min(dVocab, (int) ((long) blocks * (share + 1) / shares) * settings.blockTokens());
            futures.add(cores.submit(
                    () -> sweepShare(input, finalIds, newFolds(finalIds, targetLogits), modelLogits, first, end)));
        }
        List<RowFold[]> parts = awaitAll(futures);
        RowFold[] folds = parts.getFirst();
        for (RowFold[] later : parts.subList(1, parts.size())) {
            for (int p = 0; p < finalIds.length; p++) {
                mergePosition(folds, later, p);
            }
        }
        return folds;
    }

    private void mergePosition(RowFold[] folds, RowFold[] later, int position) {
        int last = position * rows.length + rows.length - 1;
        double common = Math.max(folds[last].max(), later[last].max());
        double here = Math.exp(folds[last].max() - common);
        double there = Math.exp(later[last].max() - common);
        for (int i = position * rows.length; i <= last; i++) {
            folds[i].merge(later[i], here, there);
        }
    }

    private RowFold[] newFolds(int[] finalIds, float[] targetLogits) {
        int m = tracked.length;
        int columns = m + finalIds.length;
        RowFold[] folds = new RowFold[finalIds.length * rows.length];
        for (int i = 0; i < folds.length; i++) {
            int position = i / rows.length;
            int[] targets = java.util.Arrays.copyOf(tracked, m + 1);
            targets[m] = finalIds[position];
            float[] logits = java.util.Arrays.copyOfRange(targetLogits, i * columns, i * columns + m + 1);
            logits[m] = targetLogits[i * columns + m + position];
            folds[i] = new RowFold(topK, targets, logits);
        }
        return folds;
    }

    /** Logits of the tracked tokens and of every position's final token. @return [pos·row, tracked + pos] */
    private float[] targetLogits(NDArray input, int[] finalIds) {
        int[] ids = java.util.Arrays.copyOf(tracked, tracked.length + finalIds.length);
        System.arraycopy(finalIds, 0, ids, tracked.length, finalIds.length);
        try (TensorScope scope = new TensorScope()) {
            return model.unembedding().logits(input, ids, scope.ops()).toFloatArray();
        }
    }

    private RowFold[] sweepShare(
            NDArray input, int[] finalIds, RowFold[] folds, MemorySegment modelLogits, int first, int end) {
        Torch.prepareThread(1); // the share is this core's; the other cores have theirs
        int dVocab = model.blueprint().dVocab();
        long unitsPerToken = (long) folds.length * model.blueprint().dModel();
        float[] finalExponentials = new float[settings.blockTokens()];
        BlockKernel.Sums sums = new BlockKernel.Sums();
        float difference = 0;
        for (int token = first; token < end; token += settings.blockTokens()) {
            int n = Math.min(settings.blockTokens(), end - token);
            try (TensorScope scope = new TensorScope()) {
                NDArray logits = model.unembedding().logits(input, token, token + n, scope.ops()); // [pos·row n]
                MemorySegment z = TensorOps.memory(logits);
                for (int p = 0; p < finalIds.length; p++) {
                    int last = p * rows.length + rows.length - 1;
                    long lastOffset = 4L * last * n;
                    double factor = folds[last].foldFinal(z, lastOffset, n, token, kernel, finalExponentials, sums);
                    difference = Math.max(
                            difference,
                            kernel.maxAbsDifference(z, lastOffset, modelLogits, 4L * ((long) p * dVocab + token), n));
                    for (int i = p * rows.length; i < last; i++) {
                        folds[i].fold(z, 4L * i * n, n, token, kernel, finalExponentials, factor, sums);
                    }
                }
            }
            meter.advance(unitsPerToken * n);
        }
        out.difference(difference);
        return folds;
    }

    /** Waits for all even if one fails: they read tensors that the caller is about to free. */
    private static List<RowFold[]> awaitAll(List<Future<RowFold[]>> futures) {
        List<RowFold[]> results = new ArrayList<>();
        Throwable failure = null;
        boolean interrupted = false;
        for (Future<RowFold[]> future : futures) {
            boolean done = false;
            while (!done) {
                try {
                    results.add(future.get());
                    done = true;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    failure = e.getCause();
                    done = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new CancellationException();
        }
        switch (failure) {
            case null -> {}
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            default -> throw new IllegalStateException(failure);
        }
        return results;
    }

    private static int argmax(MemorySegment values, long offset, int n) {
        int best = 0;
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            float value = values.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + 4L * i);
            if (value > max) {
                max = value;
                best = i;
            }
        }
        return best;
    }

    /** The arrays of the result, filled position by position. */
    private static final class Output {
        private final int rows;
        private final int positions;
        private final int topK;
        private final int tracked;
        private final int[] topIds;
        private final float[] topLogProbs;
        private final float[] entropy;
        private final float[] kl;
        private final int[] finalIds;
        private final float[] finalLogProbs;
        private final int[] finalRanks;
        private final float[] trackedLogProbs;
        private final int[] trackedRanks;
        private float difference;

        Output(int rows, int positions, int topK, int tracked) {
            this.rows = rows;
            this.positions = positions;
            this.topK = topK;
            this.tracked = tracked;
            int cells = Math.multiplyExact(rows, positions);
            topIds = new int[Math.multiplyExact(cells, topK)];
            topLogProbs = new float[topIds.length];
            entropy = new float[cells];
            kl = new float[cells];
            finalIds = new int[positions];
            finalLogProbs = new float[cells];
            finalRanks = new int[cells];
            trackedLogProbs = new float[Math.multiplyExact(cells, tracked)];
            trackedRanks = new int[trackedLogProbs.length];
        }

        void put(int position, int finalId, RowFold[] folds, int first) {
            finalIds[position] = finalId;
            RowFold last = folds[first + rows - 1];
            for (int row = 0; row < rows; row++) {
                RowFold fold = folds[first + row];
                int cell = row * positions + position;
                entropy[cell] = (float) fold.entropyNats();
                kl[cell] = (float) fold.klNats(last);
                for (int k = 0; k < topK; k++) {
                    topIds[cell * topK + k] = fold.top().id(k);
                    topLogProbs[cell * topK + k] =
                            (float) fold.logProb(fold.top().value(k));
                }
                for (int t = 0; t < tracked; t++) {
                    trackedLogProbs[t * rows * positions + cell] = (float) fold.targetLogProb(t);
                    trackedRanks[t * rows * positions + cell] = fold.targetRank(t);
                }
                finalLogProbs[cell] = (float) fold.targetLogProb(tracked);
                finalRanks[cell] = fold.targetRank(tracked);
            }
        }

        synchronized void difference(float found) {
            difference = Math.max(difference, found);
        }

        LensStatistics statistics() {
            return new LensStatistics(
                    rows,
                    positions,
                    topK,
                    tracked,
                    topIds,
                    topLogProbs,
                    entropy,
                    kl,
                    finalIds,
                    finalLogProbs,
                    finalRanks,
                    trackedLogProbs,
                    trackedRanks,
                    difference);
        }
    }
}
