package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;

/**
 * Where in the model a pass begins, and with what. The tensors stay the caller's; they hold the positions that the pass
 * computes ({@link Reach}).
 */
public sealed interface Entry {
    int block();

    /**
     * At the beginning of a block; at the number of blocks, there is nothing left to run.
     *
     * @param residPre [batch pos d_model]
     */
    record AtBlock(int block, NDArray residPre) implements Entry {}

    /**
     * Within a block, after its heads have mixed.
     *
     * @param residPre the stream that entered the block [batch pos d_model]
     * @param z [batch pos head d_head]
     */
    record AfterHeads(int block, NDArray residPre, NDArray z) implements Entry {}

    /**
     * Within a block, when it is known what attention adds.
     *
     * @param residPre the stream that entered the block [batch pos d_model]
     * @param attnOut [batch pos d_model]
     */
    record AfterAttention(int block, NDArray residPre, NDArray attnOut) implements Entry {}
}
