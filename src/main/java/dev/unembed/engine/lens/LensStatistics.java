package dev.unembed.engine.lens;

/**
 * What a sweep found; arrays are row-major with the axes given.
 *
 * @param topIds [row pos k]
 * @param topLogProbs [row pos k]
 * @param entropyNats [row pos]
 * @param klNats [row pos] KL(final row ‖ row)
 * @param finalIds [pos] the model's top-1 there
 * @param finalLogProbs [row pos] of that token
 * @param finalRanks [row pos] of that token, from 1
 * @param trackedLogProbs [m row pos]
 * @param trackedRanks [m row pos], from 1
 * @param maxAbsLogitDifference between the last row's logits and the model's own, over all positions and tokens
 * @param logitRange how far the model's own largest and smallest logit lie apart, at the position where it is most
 */
public record LensStatistics(
        int rows,
        int positions,
        int topK,
        int tracked,
        int[] topIds,
        float[] topLogProbs,
        float[] entropyNats,
        float[] klNats,
        int[] finalIds,
        float[] finalLogProbs,
        int[] finalRanks,
        float[] trackedLogProbs,
        int[] trackedRanks,
        float maxAbsLogitDifference,
        float logitRange) {
    /** A row at a position, in the arrays that have one entry for it. */
    public int cell(int row, int position) {
        return row * positions + position;
    }
}
