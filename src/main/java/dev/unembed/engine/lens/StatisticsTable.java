package dev.unembed.engine.lens;

/** The arrays of {@link LensStatistics}, filled cell by cell. */
final class StatisticsTable {
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
    private float range;

    StatisticsTable(int rows, int positions, int topK, int tracked) {
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

    /** The model's top-1 at a position. */
    void finalId(int position, int id) {
        finalIds[position] = id;
    }

    Cell cell(int row, int position) {
        return new Cell(row * positions + position);
    }

    /** One row at one position. Natural logarithms; ranks count from 1. */
    final class Cell {
        private final int place;

        private Cell(int place) {
            this.place = place;
        }

        void spread(double entropyNats, double klNats) {
            entropy[place] = (float) entropyNats;
            kl[place] = (float) klNats;
        }

        void top(int k, int id, double logProb) {
            topIds[place * topK + k] = id;
            topLogProbs[place * topK + k] = (float) logProb;
        }

        void tracked(int t, double logProb, int rank) {
            trackedLogProbs[t * rows * positions + place] = (float) logProb;
            trackedRanks[t * rows * positions + place] = rank;
        }

        void finalToken(double logProb, int rank) {
            finalLogProbs[place] = (float) logProb;
            finalRanks[place] = rank;
        }
    }

    /** Takes note of a difference between the last row's logits and the model's own; the largest stays. */
    synchronized void difference(float found) {
        // also if it isn't a number
        difference = found > difference || Float.isNaN(found) ? found : difference;
    }

    /** Takes note of how far the model's largest and smallest logit lie apart at a position; the largest stays. */
    void range(float found) {
        range = Math.max(range, found);
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
                difference,
                range);
    }
}
