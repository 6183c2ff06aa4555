package dev.unembed.engine.lens;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.transformer.Transformer;
import dev.unembed.engine.transformer.Unembedding;
import dev.unembed.engine.transformer.VocabularyProducts;

/**
 * The {@link VocabularySweep} where the unembedding lies on another device than the host: the logits of some positions at
 * all rows are made and reduced there, and only the statistics come back. Of equal logits, either may come first on the
 * list of the top tokens.
 */
final class DeviceSweep {
    /** Logits held at a time; the library makes a few more of the same size beside them. */
    private static final long LOGIT_BYTES = 64L << 20;

    private final LensQuestion question;
    private final int rows;
    private final Meter meter;
    private final VocabularyProducts products;
    private final StatisticsTable out;

    DeviceSweep(LensQuestion question, Meter meter, VocabularyProducts products) {
        this.question = question;
        this.rows = question.rows().length;
        this.meter = meter;
        this.products = products;
        this.out = question.table();
    }

    LensStatistics sweep() {
        Transformer model = question.model();
        int positions = question.positions();
        long perPosition = (long) rows * model.blueprint().dVocab() * Float.BYTES;
        int perGroup = (int) Math.clamp(LOGIT_BYTES / perPosition, 1, positions);
        for (int from = 0; from < positions; from += perGroup) {
            int to = Math.min(positions, from + perGroup);
            sweepGroup(from, to);
            meter.advance(LensQuestion.units(model, rows, to - from));
        }
        return out.statistics();
    }

    private void sweepGroup(int from, int to) {
        try (TensorScope scope = new TensorScope()) {
            TensorOps ops = scope.ops();
            Unembedding exact = question.model().unembedding();
            NDArray logits = exact.all(products, question.input(from, to, ops), ops); // [pos·row d_vocab]
            NDArray own = question.modelLogits(from, to, ops); // [pos d_vocab]
            float[] check = ops.lastRowDifference(logits, own, rows).toFloatArray();
            out.difference(check[0]);
            out.range(check[1]);
            float[] found = ops.lensStatistics(
                            products == exact ? logits : ops.withLastRow(logits, own, rows),
                            rows,
                            question.topK(),
                            question.tracked())
                    .toFloatArray(); // [pos·row columns]
            int columns = 4 + 2 * question.topK() + 2 * question.tracked().length;
            for (int p = from; p < to; p++) {
                for (int row = 0; row < rows; row++) {
                    put(p, row, found, ((p - from) * rows + row) * columns);
                }
            }
        }
    }

    /** @param first where the columns of {@link TensorOps#lensStatistics} begin */
    private void put(int position, int row, float[] found, int first) {
        int topK = question.topK();
        StatisticsTable.Cell cell = out.cell(row, position);
        cell.spread(found[first], found[first + 1]);
        cell.finalToken(found[first + 2], (int) found[first + 3]);
        int top = first + 4;
        for (int k = 0; k < topK; k++) {
            cell.top(k, (int) found[top + topK + k], found[top + k]);
        }
        int followed = top + 2 * topK;
        for (int t = 0; t < question.tracked().length; t++) {
            cell.tracked(t, found[followed + 2 * t], (int) found[followed + 2 * t + 1]);
        }
        if (row == rows - 1) {
            out.finalId(position, (int) found[top + topK]);
        }
    }
}
