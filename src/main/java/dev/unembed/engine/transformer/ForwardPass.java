package dev.unembed.engine.transformer;

/**
 * What one forward pass gave.
 *
 * @param logits [batch pos d_vocab], row-major; not copied, and nobody writes to it
 */
public record ForwardPass(int batch, int positions, int dVocab, float[] logits, ActivationCache cache) {
    public float logit(int prompt, int position, int token) {
        return logits[(prompt * positions + position) * dVocab + token];
    }
}
