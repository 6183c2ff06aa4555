package dev.unembed.engine.architecture;

import dev.unembed.engine.text.Tokenizer;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Placement;
import java.nio.file.Path;

/**
 * A Hugging Face model folder, opened and checked but with no weights in memory: what registering, token previews and
 * validation need.
 */
public interface ModelFolder {
    /**
     * Reads config, tokenizer and tensor headers; every problem is named.
     *
     * @throws dev.unembed.engine.InvalidInput if it isn't a model this engine runs
     */
    static ModelFolder open(Path folder) {
        return new HubFolder(folder);
    }

    Path path();

    /** {@code gpt2}, {@code llama}: the family's stored name. */
    String family();

    Dimensions dimensions();

    /** What the forward pass is made of. */
    Blueprint blueprint();

    Tokenizer tokenizer();

    /** Whether the tokenizer itself puts a BOS token in front, and which. For people: {@code "<s> (id 1), prepended"}. */
    String bosDescription();

    /** Bytes of the tensor files. */
    long weightBytes();

    /** Bytes of memory the loaded model holds (fp32). */
    long memoryBytes();

    /** SHA-256 over weights, tokenizer and config, hex. Reads every byte: seconds for a big model. */
    String digest();

    /** The same for a model that is streamed: the most it holds while one run computes. */
    long streamedBytes();

    /**
     * Makes the model ready to run.
     *
     * @param progress told at least every few hundred milliseconds how far it is; what it throws ends the loading, and
     *     nothing stays behind
     * @throws dev.unembed.engine.ResourcesExhausted if the weights don't fit in memory
     */
    LanguageModel load(Residence residence, Placement placement, LoadProgress progress);

    /** On the host. */
    default LanguageModel load(Residence residence, LoadProgress progress) {
        return load(residence, Placement.HOST, progress);
    }

    /** Resident on the host, and without being watched. */
    default LanguageModel load() {
        return load(Residence.RESIDENT, (done, total) -> {});
    }

    /** Where a model's weights are while it is used. */
    enum Residence {
        /** In memory, all of them. */
        RESIDENT,
        /** In the files; blocks are read whenever a pass comes to them. For models that memory doesn't hold. */
        STREAMED
    }

    /** Watches a model being loaded. */
    @FunctionalInterface
    interface LoadProgress {
        /** @param done bytes of the files, of {@code total} */
        void loaded(long done, long total);
    }

    /** Counted as the config says: layers L, dModel, nHeads, nKvHeads, dHead, dMlp, dVocab, nCtx, parameters. */
    record Dimensions(
            int layers,
            int dModel,
            int nHeads,
            int nKvHeads,
            int dHead,
            int dMlp,
            int dVocab,
            int nCtx,
            long parameters,
            String dtype) {}
}
