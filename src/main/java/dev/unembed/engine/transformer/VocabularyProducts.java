package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;

/** Makes logits of some tokens, exactly or nearly. */
public interface VocabularyProducts {
    /** The logits of tokens {@code from} up to, not including, {@code to}. @return [.. to-from] */
    NDArray logits(NDArray normalized, int from, int to, TensorOps ops);

    /** The logits of some tokens. @param ids [n] @return [.. n] */
    NDArray logits(NDArray normalized, int[] ids, TensorOps ops);
}
