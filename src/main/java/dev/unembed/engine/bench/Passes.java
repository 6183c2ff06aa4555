package dev.unembed.engine.bench;

import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Transformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The measure of all others, and what they are measured with. */
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

    /** The prompts as examples, each with a counterpart that differs in the middle. */
    static List<ResolvedExample> pairs(int[][] ids) {
        List<ResolvedExample> pairs = new ArrayList<>();
        for (int[] prompt : ids) {
            int[] corrupted = prompt.clone();
            corrupted[prompt.length / 2] = prompt[0];
            pairs.add(new ResolvedExample(
                    PromptExample.of("", "", ""),
                    new TokenizedPrompt(List.of(), false, List.of()),
                    prompt,
                    1,
                    2,
                    corrupted,
                    Map.of(PromptExample.END, prompt.length - 1),
                    List.of()));
        }
        return pairs;
    }
}
