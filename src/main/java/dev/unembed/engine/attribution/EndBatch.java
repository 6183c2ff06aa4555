package dev.unembed.engine.attribution;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.ComponentId;
import dev.unembed.engine.transformer.PassMemory;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Reach;
import dev.unembed.engine.transformer.Transformer;
import dev.unembed.engine.transformer.Unembedding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Prompts of equal length, attributed in one pass. */
final class EndBatch {
    private final AttributedModel model;
    private final List<Question> questions;
    private final Probe edits;
    private final Meter meter;

    /** @param edits are seen before what they leave is read */
    EndBatch(AttributedModel model, List<Question> questions, Probe edits, Meter meter) {
        this.model = model;
        this.questions = questions;
        this.edits = edits;
        this.meter = meter;
    }

    /** Bytes of memory at the peak. @param sourced whether heads are taken apart by source position */
    static long memoryBytes(Blueprint b, long prompts, long positions, boolean detail, boolean sourced) {
        long vectors =
                12 * b.dModel(); // rows of the unembedding, directions as floats and doubles, each through a norm
        long logits = (b.logitCap() == null ? 3L : 6L) * b.dVocab();
        long inside = detail
                ? (b.layers() + 3L) * b.mlp().dMlp()
                        + (sourced ? (b.layers() + 4L) * b.attention().nHeads() * positions : 0)
                : 0;
        return PassMemory.bytes(b, prompts, positions, sourced) + Float.BYTES * prompts * (vectors + logits + inside);
    }

    static long units(AttributedModel model, int prompts, int positions) {
        return unitsPerBlock(model, prompts, positions) * model.layers() + unitsOfUnembedding(model, prompts);
    }

    private static long unitsPerBlock(AttributedModel model, int prompts, int positions) {
        return prompts * (model.transformer().multiplications(positions) / model.layers());
    }

    private static long unitsOfUnembedding(AttributedModel model, int prompts) {
        return (long) prompts * model.dModel() * model.transformer().blueprint().dVocab();
    }

    /** The rows of the unembedding that one question is about [d_model]. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Rows(float[] answer, float @Nullable [] foil) {
        double[] direction() {
            double[] direction = new double[answer.length];
            for (int i = 0; i < direction.length; i++) {
                direction[i] = answer[i] - (foil == null ? 0.0 : foil[i]);
            }
            return direction;
        }
    }

    /**
     * One ledger per question.
     *
     * @param sum is given what votes are made of, unless null
     */
    List<Ledger> ledgers(@Nullable DrillDownSum sum) {
        try (TensorScope scope = new TensorScope()) {
            TensorOps ops = scope.ops();
            int batch = questions.size();
            int positions = questions.getFirst().ids().length;
            List<Rows> rows = rows(ops);
            // back through the final norm, whose scale is known after the pass only
            double[][] unscaled = rows.stream()
                    .map(r -> model.finalNorm().pullBack(r.direction(), 1))
                    .toArray(double[][]::new); // [batch d_model]
            EndProjection.Parts parts = sum == null ? null : sum.room(batch);
            long unitsPerBlock = unitsPerBlock(model, batch, positions);
            EndProjection projection = new EndProjection(
                    model, unscaled, AttributedModel.rows(unscaled, ops), parts, () -> meter.advance(unitsPerBlock));
            int[][] ids = questions.stream().map(Question::ids).toArray(int[][]::new);
            NDArray stream = model.transformer().streams(ids, Reach.toEnd(positions), edits.and(projection), scope);
            NDArray end = ops.reshape(stream, batch, model.dModel()); // [batch d_model]
            NDArray normalized = model.transformer().finalNorm().apply(end, ops); // [batch d_model]
            double[] finalScales = finalScales(end.toFloatArray());
            if (sum != null && parts != null) {
                sum.add(parts, finalScales);
            }
            complete(projection.votes(), finalScales, rows, normalized.toFloatArray());
            return ledgers(projection.votes(), finalScales, normalized, ops);
        }
    }

    /** @param ends final streams [batch d_model] */
    private double[] finalScales(float[] ends) {
        double[] scales = new double[questions.size()];
        Arrays.setAll(scales, e -> model.finalNorm().scale(ends, e));
        return scales;
    }

    /**
     * What the pass couldn't know: the final norm's scale, and the lines after it.
     *
     * @param votes [batch line], completed in place
     * @param normalized the streams after the final norm [batch d_model]
     */
    private void complete(double[][] votes, double[] finalScales, List<Rows> rows, float[] normalized) {
        for (int e = 0; e < votes.length; e++) {
            for (int line = 0; line < votes[e].length; line++) {
                votes[e][line] /= finalScales[e];
            }
            addConstants(e, votes[e], rows.get(e).direction());
        }
        if (model.decomposition().has(new ComponentId.SoftCap())) {
            addSoftCap(rows, normalized, votes);
        }
    }

    private List<Rows> rows(TensorOps ops) {
        Unembedding table = model.transformer().unembedding();
        int width = model.dModel();
        List<Rows> rows = new ArrayList<>();
        float[] answers =
                rows(table, questions.stream().mapToInt(Question::answer).toArray(), ops);
        // where there is no foil, any token stands in its place
        float[] foils = rows(
                table,
                questions.stream()
                        .mapToInt(q -> q.hasFoil() ? q.foil() : q.answer())
                        .toArray(),
                ops);
        for (int e = 0; e < questions.size(); e++) {
            rows.add(new Rows(
                    Arrays.copyOfRange(answers, e * width, (e + 1) * width),
                    questions.get(e).hasFoil() ? Arrays.copyOfRange(foils, e * width, (e + 1) * width) : null));
        }
        return rows;
    }

    private static float[] rows(Unembedding table, int[] tokens, TensorOps ops) {
        return table.rows(tokens, ops).toFloatArray();
    }

    /** The lines that no scale touches. */
    private void addConstants(int e, double[] votes, double[] direction) {
        Question question = questions.get(e);
        ResidualDecomposition lines = model.decomposition();
        if (lines.has(new ComponentId.FinalNormBias())) {
            votes[lines.place(new ComponentId.FinalNormBias())] =
                    model.finalNorm().constant(direction);
        }
        if (lines.has(new ComponentId.UnembeddingBias())) {
            votes[lines.place(new ComponentId.UnembeddingBias())] = model.unembeddingBias(question.answer())
                    - (question.hasFoil() ? model.unembeddingBias(question.foil()) : 0);
        }
    }

    /** @param normalized the stream after the final norm [batch d_model] */
    private void addSoftCap(List<Rows> rows, float[] normalized, double[][] votes) {
        int place = model.decomposition().place(new ComponentId.SoftCap());
        for (int e = 0; e < votes.length; e++) {
            Question question = questions.get(e);
            float[] foil = rows.get(e).foil();
            votes[e][place] = takenByCap(normalized, e, rows.get(e).answer(), question.answer())
                    - (foil == null ? 0 : takenByCap(normalized, e, foil, question.foil()));
        }
    }

    private double takenByCap(float[] normalized, int e, float[] unembeddingRow, int token) {
        double logit = model.unembeddingBias(token);
        for (int i = 0; i < unembeddingRow.length; i++) {
            logit += (double) normalized[e * unembeddingRow.length + i] * unembeddingRow[i];
        }
        double cap = Objects.requireNonNull(model.transformer().blueprint().logitCap());
        return cap * Math.tanh(logit / cap) - logit;
    }

    /** Beside the votes, the logits as the model itself computes them: all of them, for their log-probabilities. */
    private List<Ledger> ledgers(double[][] votes, double[] finalScales, NDArray normalized, TensorOps ops) {
        Transformer transformer = model.transformer();
        int vocabulary = transformer.blueprint().dVocab();
        NDArray logits = transformer.unembedding().logits(normalized, ops); // [batch d_vocab]
        float[] logSums = ops.logSumExp(logits).toFloatArray();
        float[] highest = ops.maximum(logits).toFloatArray();
        MemorySegment values = TensorOps.memory(logits);
        List<Ledger> ledgers = new ArrayList<>();
        for (int e = 0; e < votes.length; e++) {
            Question question = questions.get(e);
            double answer = at(values, (long) e * vocabulary + question.answer());
            double foil = question.hasFoil() ? at(values, (long) e * vocabulary + question.foil()) : Double.NaN;
            ledgers.add(new Ledger(
                    votes[e],
                    question.hasFoil() ? answer - foil : answer,
                    answer - logSums[e],
                    foil - logSums[e],
                    finalScales[e],
                    question.hasFoil() ? answer > foil : answer >= highest[e]));
        }
        meter.advance(unitsOfUnembedding(model, votes.length));
        return ledgers;
    }

    private static double at(MemorySegment floats, long index) {
        return floats.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }
}
