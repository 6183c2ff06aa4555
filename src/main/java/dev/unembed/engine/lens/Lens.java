package dev.unembed.engine.lens;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.Transformer;

/** What turns a row of the residual stream into what the unembedding reads. */
public sealed interface Lens {
    /** The stored name: {@code logit}. */
    String name();

    /** @param rows [n d_model] of any layers @return [n d_model], ready for the unembedding */
    NDArray read(NDArray rows, Transformer model, TensorOps ops);

    /** The model's own final norm, with each row's own statistics, and nothing else. */
    record Logit() implements Lens {
        @Override
        public String name() {
            return "logit";
        }

        @Override
        public NDArray read(NDArray rows, Transformer model, TensorOps ops) {
            return model.finalNorm().apply(rows, ops);
        }
    }
}
