package dev.unembed.engine.experiment;

import dev.unembed.engine.lens.LensStatistics;
import dev.unembed.engine.result.LensGrid;

/** How far two sweeps over the same rows differ. */
final class LensDeviation {
    private float logProb;
    private float entropy;
    private float kl;
    private int otherTop;

    private LensDeviation() {}

    /**
     * @param rounded of several positions
     * @param exact of one of them
     */
    static LensGrid.Deviation between(LensStatistics rounded, LensStatistics exact, int position) {
        LensDeviation found = new LensDeviation();
        for (int row = 0; row < exact.rows(); row++) {
            found.add(rounded, rounded.cell(row, position), exact, row);
        }
        return new LensGrid.Deviation(position, found.logProb, found.entropy, found.kl, found.otherTop);
    }

    private void add(LensStatistics rounded, int cell, LensStatistics exact, int row) {
        int k = exact.topK();
        for (int place = 0; place < k; place++) {
            logProb = larger(logProb, rounded.topLogProbs()[cell * k + place], exact.topLogProbs()[row * k + place]);
        }
        int cells = rounded.rows() * rounded.positions();
        for (int t = 0; t < exact.tracked(); t++) {
            logProb = larger(
                    logProb,
                    rounded.trackedLogProbs()[t * cells + cell],
                    exact.trackedLogProbs()[t * exact.rows() + row]);
        }
        logProb = larger(logProb, rounded.finalLogProbs()[cell], exact.finalLogProbs()[row]);
        entropy = larger(entropy, rounded.entropyNats()[cell], exact.entropyNats()[row]);
        kl = larger(kl, rounded.klNats()[cell], exact.klNats()[row]);
        otherTop += rounded.topIds()[cell * k] == exact.topIds()[row * k] ? 0 : 1;
    }

    private static float larger(float known, float a, float b) {
        return Math.max(known, Math.abs(a - b));
    }
}
