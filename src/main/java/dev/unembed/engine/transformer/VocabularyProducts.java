package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;

/** Makes logits of some tokens, exactly or nearly. */
public interface VocabularyProducts {
    /** Tokens {@code from} up to, not including, {@code to}. @param ops own what is read for them */
    Rows open(int from, int to, TensorOps ops);

    /** The logits of some tokens. @param ids [n] @return [.. n] */
    NDArray logits(NDArray normalized, int[] ids, TensorOps ops);

    /** Tokens that are ready to be multiplied, several times if need be. */
    interface Rows {
        /** @param normalized [.. d_model] @return [.. tokens] */
        NDArray logits(NDArray normalized, TensorOps ops);
    }
}
