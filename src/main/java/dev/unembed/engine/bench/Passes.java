package dev.unembed.engine.bench;

import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Transformer;

/** The measure of all others. */
final class Passes {
    private Passes() {}

    /** One forward pass with the logits of every position, left where the native library put them. */
    static Runnable forward(Transformer model, int[][] ids) {
        return () -> {
            Torch.prepareThread(Torch.cores());
            try (TensorScope scope = new TensorScope()) {
                var stream = model.streams(ids, Probe.NOTHING, scope); // [batch pos d_model]
                model.unembedding().logits(model.finalNorm().apply(stream, scope.ops()), scope.ops());
            }
        };
    }
}
