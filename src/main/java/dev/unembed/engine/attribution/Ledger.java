package dev.unembed.engine.attribution;

/**
 * The votes of one prompt, and what the model itself says.
 *
 * @param votes logits, in the order of {@link ResidualDecomposition#lines}
 * @param logitDifference the model's own, from its final norm and unembedding; the answer's logit where there is no foil
 * @param answerLogProb nats, 0 at most
 * @param foilLogProb nats; NaN where there is no foil
 * @param finalScale what the final norm divides the stream by
 * @param answerWins whether the answer has a higher logit than the foil, or than every other token where there is none
 */
@SuppressWarnings("ArrayRecordComponent")
public record Ledger(
        double[] votes,
        double logitDifference,
        double answerLogProb,
        double foilLogProb,
        double finalScale,
        boolean answerWins) {
    public double sum() {
        double sum = 0;
        for (double vote : votes) {
            sum += vote;
        }
        return sum;
    }

    /** What the votes don't explain. */
    public double residual() {
        return sum() - logitDifference;
    }

    /**
     * Whether the books balance.
     *
     * @param tolerance of the residual, relative to the logit difference but never to less than 1
     */
    public boolean closes(double tolerance) {
        return Math.abs(residual()) <= tolerance * Math.max(1, Math.abs(logitDifference)); // false if not a number
    }
}
