package dev.unembed.engine.circuit;

import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Prompts of random tokens, for models that know no text and identities that hold whatever is read. */
final class TinyExamples {
    private TinyExamples() {}

    /** So many prompts of each length, with corrupted ones that differ at one token, and a position named {@code S}. */
    static List<ResolvedExample> of(Tokenizer tokenizer, int each, int... lengths) {
        Random random = new Random(5);
        List<ResolvedExample> examples = new ArrayList<>();
        for (int length : lengths) {
            for (int i = 0; i < each; i++) {
                int[] ids = random.ints(length, 3, tokenizer.vocabularySize()).toArray();
                int[] corrupted = ids.clone();
                int place = 1 + i % (length - 2);
                corrupted[place] = corrupted[place] == 9 ? 10 : 9;
                examples.add(new ResolvedExample(
                        PromptExample.of("#" + i, "#1", "#2"),
                        tokenizer.ofIds(ids, BosPolicy.DEFAULT),
                        ids,
                        1,
                        2,
                        corrupted,
                        Map.of("END", length - 1, "S", place),
                        List.of()));
            }
        }
        return examples;
    }
}
