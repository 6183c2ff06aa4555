package dev.unembed.engine.lens;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.Precision;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.RoundedUnembedding;
import dev.unembed.engine.transformer.Transformer;
import dev.unembed.engine.transformer.VocabularyProducts;
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
 * Reads all rows of a lens at all positions in a sweep over the vocabulary: a block of unembedding rows is multiplied with
 * some positions at a time, the block of logits is folded into running statistics, and forgotten.
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

    /** Logits of the model's own path held at a time; positions beyond it are another sweep. */
    private static final long MODEL_LOGIT_BYTES = 16L << 20;

    private final LensQuestion question;
    private final int rows;
    private final int topK;
    private final int[] tracked;
    private final int dVocab;
    private final Meter meter;
    private final Settings settings;
    private final VocabularyProducts products;
    private final BlockKernel kernel;
    private final StatisticsTable out;

    /**
     * @param blockTokens vocabulary rows multiplied at a time
     * @param cores threads that sweep
     * @param scalar whether to do without the Vector API
     * @param precision of the products. The last row is always the model's own logits in fp32: in bf16, the products'
     *     last row is only compared with them
     */
    public record Settings(int blockTokens, int cores, boolean scalar, Precision precision) {
        public Settings(int blockTokens, int cores, boolean scalar) {
            this(blockTokens, cores, scalar, Precision.FP32);
        }

        public static Settings standard() {
            return standard(Precision.FP32);
        }

        public static Settings standard(Precision precision) {
            return new Settings(2048, Torch.cores(), false, precision);
        }
    }

    private VocabularySweep(LensQuestion question, Meter meter, Settings settings, VocabularyProducts products) {
        Transformer model = question.model();
        this.question = question;
        this.rows = question.rows().length;
        this.topK = question.topK();
        this.tracked = question.tracked();
        this.dVocab = model.blueprint().dVocab();
        this.meter = meter;
        this.settings = new Settings(
                model.unembedding().rowsAtOnce(settings.blockTokens()),
                settings.cores(),
                settings.scalar(),
                settings.precision());
        this.products = products;
        this.kernel = settings.scalar() ? new ScalarKernel() : BlockKernel.best();
        this.out = question.table();
    }

    /** @param meter advanced by {@link LensQuestion#units} in all */
    public static LensStatistics run(LensQuestion question, Meter meter, Settings settings) {
        Transformer model = question.model();
        try (TensorScope scope = new TensorScope()) {
            VocabularyProducts products = switch (settings.precision()) {
                case FP32 -> model.unembedding();
                case BF16 -> new RoundedUnembedding(model.unembedding(), scope);
            };
            return model.weights().lastDevice().isHost()
                    ? new VocabularySweep(question, meter, settings, products).sweep()
                    : new DeviceSweep(question, meter, products).sweep();
        }
    }

    /** Positions whose rows are multiplied together. */
    private static int positionsPerGroup(int rows) {
        return Math.max(1, GROUP_ROWS / rows);
    }

    /** Positions that one sweep over the vocabulary reads: whole groups. */
    public static int positionsPerPart(int rows, int dVocab) {
        int perGroup = positionsPerGroup(rows);
        return (int) Math.max(perGroup, MODEL_LOGIT_BYTES / Float.BYTES / dVocab / perGroup * perGroup);
    }

    private LensStatistics sweep() {
        int positions = question.positions();
        int perGroup = positionsPerGroup(rows);
        int perPart = positionsPerPart(rows, dVocab);
        try (ExecutorService cores = Executors.newFixedThreadPool(settings.cores(), VocabularySweep::worker)) {
            for (int start = 0; start < positions; start += perPart) {
                int end = Math.min(positions, start + perPart);
                try (TensorScope scope = new TensorScope()) {
                    NDArray logits =
                            scope.ops().contiguous(question.modelLogits(start, end, scope.ops())); // [pos d_vocab]
                    MemorySegment modelLogits = TensorOps.memory(logits);
                    List<Group> groups = new ArrayList<>();
                    for (int from = start; from < end; from += perGroup) {
                        groups.add(new Group(
                                from,
                                Math.min(end, from + perGroup),
                                modelLogits.asSlice(4L * (from - start) * dVocab),
                                scope.ops()));
                    }
                    sweep(groups, cores);
                    // two paths may order a near-tie differently; the lens's own last row decides what "final" means
                    sweep(groups.stream().filter(Group::expectsOthers).toList(), cores);
                    groups.forEach(Group::put);
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

    /** Over the vocabulary once: what is read of the unembedding serves all groups before the next is read. */
    private void sweep(List<Group> groups, ExecutorService cores) {
        if (groups.isEmpty()) {
            return;
        }
        groups.forEach(Group::findTargets);
        int blocks = Math.ceilDiv(dVocab, settings.blockTokens());
        int shares = Math.min(settings.cores(), blocks);
        List<Future<List<RowFold[]>>> futures = new ArrayList<>();
        for (int share = 0; share < shares; share++) {
            int first = (int) ((long) blocks * share / shares) * settings.blockTokens();
            int end = Math.min(dVocab, (int) ((long) blocks * (share + 1) / shares) * settings.blockTokens());
            futures.add(cores.submit(() -> sweepShare(groups, first, end)));
        }
        List<List<RowFold[]>> shared = awaitAll(futures);
        for (int g = 0; g < groups.size(); g++) {
            int group = g;
            groups.get(g).merge(shared.stream().map(folds -> folds.get(group)).toList());
        }
    }

    /** @return the folds of every group */
    private List<RowFold[]> sweepShare(List<Group> groups, int first, int end) {
        Torch.prepareThread(1); // the share is this core's; the other cores have theirs
        List<RowFold[]> folds = groups.stream().map(Group::newFolds).toList();
        Room room = new Room(settings.blockTokens());
        float difference = 0;
        for (int token = first; token < end; token += settings.blockTokens()) {
            int n = Math.min(settings.blockTokens(), end - token);
            try (TensorScope scope = new TensorScope()) {
                VocabularyProducts.Rows opened = products.open(token, token + n, scope.ops());
                for (int g = 0; g < folds.size(); g++) {
                    difference = Math.max(difference, groups.get(g).fold(opened, token, n, folds.get(g), room));
                }
            }
        }
        out.difference(difference);
        return folds;
    }

    /** What one core writes over and over. */
    private static final class Room {
        final float[] finalExponentials;
        final BlockKernel.Sums sums = new BlockKernel.Sums();

        Room(int blockTokens) {
            finalExponentials = new float[blockTokens];
        }
    }

    /** Some positions whose rows are multiplied together. */
    private final class Group {
        private final int from;
        private final int[] finalIds;
        private final MemorySegment modelLogits;
        private final NDArray input; // [pos·row d_model]
        private float[] targetLogits = {};
        private RowFold[] folds = {};

        /** @param modelLogits from its first position on [pos d_vocab] */
        Group(int from, int to, MemorySegment modelLogits, TensorOps ops) {
            this.from = from;
            this.modelLogits = modelLogits;
            finalIds = new int[to - from];
            for (int p = 0; p < finalIds.length; p++) {
                Extremes extremes = Extremes.of(modelLogits, 4L * p * dVocab, dVocab);
                finalIds[p] = extremes.top();
                out.range(extremes.range());
            }
            input = question.input(from, to, ops);
        }

        /** Logits of the tracked tokens and of every position's final token [pos·row, tracked + pos]. */
        void findTargets() {
            int[] ids = java.util.Arrays.copyOf(tracked, tracked.length + finalIds.length);
            System.arraycopy(finalIds, 0, ids, tracked.length, finalIds.length);
            try (TensorScope scope = new TensorScope()) {
                targetLogits = products.logits(input, ids, scope.ops()).toFloatArray();
            }
            if (settings.precision() == Precision.FP32) {
                return;
            }
            for (int p = 0; p < finalIds.length; p++) {
                int last = (p * rows + rows - 1) * ids.length;
                for (int t = 0; t < ids.length; t++) {
                    targetLogits[last + t] =
                            modelLogits.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * ((long) p * dVocab + ids[t]));
                }
            }
        }

        RowFold[] newFolds() {
            int m = tracked.length;
            int columns = m + finalIds.length;
            RowFold[] empty = new RowFold[finalIds.length * rows];
            for (int i = 0; i < empty.length; i++) {
                int position = i / rows;
                int[] targets = java.util.Arrays.copyOf(tracked, m + 1);
                targets[m] = finalIds[position];
                float[] logits = java.util.Arrays.copyOfRange(targetLogits, i * columns, i * columns + m + 1);
                logits[m] = targetLogits[i * columns + m + position];
                empty[i] = new RowFold(topK, targets, logits);
            }
            return empty;
        }

        /** @return the largest difference of the last row's logits from the model's own */
        float fold(VocabularyProducts.Rows opened, int token, int n, RowFold[] into, Room room) {
            float difference = 0;
            try (TensorScope scope = new TensorScope()) {
                NDArray logits = opened.logits(input, scope.ops()); // [pos·row n]
                MemorySegment z = TensorOps.memory(logits);
                for (int p = 0; p < finalIds.length; p++) {
                    int last = p * rows + rows - 1;
                    long lastOffset = 4L * last * n;
                    long modelOffset = 4L * ((long) p * dVocab + token);
                    difference =
                            Math.max(difference, kernel.maxAbsDifference(z, lastOffset, modelLogits, modelOffset, n));
                    boolean exact = settings.precision() == Precision.FP32;
                    double factor = into[last].foldFinal(
                            exact ? z : modelLogits,
                            exact ? lastOffset : modelOffset,
                            n,
                            token,
                            kernel,
                            room.finalExponentials,
                            room.sums);
                    for (int i = p * rows; i < last; i++) {
                        into[i].fold(z, 4L * i * n, n, token, kernel, room.finalExponentials, factor, room.sums);
                    }
                }
            }
            meter.advance((long) into.length * question.model().blueprint().dModel() * n);
            return difference;
        }

        /** @param parts of the vocabulary, in its order */
        void merge(List<RowFold[]> parts) {
            folds = parts.getFirst();
            for (RowFold[] later : parts.subList(1, parts.size())) {
                for (int p = 0; p < finalIds.length; p++) {
                    mergePosition(later, p);
                }
            }
        }

        private void mergePosition(RowFold[] later, int position) {
            int last = position * rows + rows - 1;
            double common = Math.max(folds[last].max(), later[last].max());
            double here = Math.exp(folds[last].max() - common);
            double there = Math.exp(later[last].max() - common);
            for (int i = position * rows; i <= last; i++) {
                folds[i].merge(later[i], here, there);
            }
        }

        /** Whether another token came out on top of a final row than was thought; from now on it is thought. */
        boolean expectsOthers() {
            boolean others = false;
            for (int p = 0; p < finalIds.length; p++) {
                int top = folds[p * rows + rows - 1].top().id(0);
                others |= top != finalIds[p];
                finalIds[p] = top;
            }
            return others;
        }

        void put() {
            for (int p = 0; p < finalIds.length; p++) {
                out.finalId(from + p, finalIds[p]);
                RowFold last = folds[p * rows + rows - 1];
                for (int row = 0; row < rows; row++) {
                    put(folds[p * rows + row], last, out.cell(row, from + p));
                }
            }
        }

        private void put(RowFold fold, RowFold last, StatisticsTable.Cell cell) {
            cell.spread(fold.entropyNats(), fold.klNats(last));
            for (int k = 0; k < topK; k++) {
                cell.top(k, fold.top().id(k), fold.logProb(fold.top().value(k)));
            }
            for (int t = 0; t < tracked.length; t++) {
                cell.tracked(t, fold.targetLogProb(t), fold.targetRank(t));
            }
            cell.finalToken(fold.targetLogProb(tracked.length), fold.targetRank(tracked.length));
        }
    }

    /** Waits for all even if one fails: they read tensors that the caller is about to free. */
    private static <T> List<T> awaitAll(List<Future<T>> futures) {
        List<T> results = new ArrayList<>();
        Throwable failure = null;
        boolean interrupted = false;
        for (Future<T> future : futures) {
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

    /** @param top where the largest value is, the first of equals @param range how far the least lies below it */
    private record Extremes(int top, float range) {
        static Extremes of(MemorySegment values, long offset, int n) {
            int best = 0;
            float least = Float.POSITIVE_INFINITY;
            float most = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < n; i++) {
                float value = values.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + 4L * i);
                least = Math.min(least, value);
                if (value > most) {
                    most = value;
                    best = i;
                }
            }
            return new Extremes(best, most - least);
        }
    }
}
