package dev.unembed.engine.transformer;

import dev.unembed.engine.text.Tokenizer;

/** A model in memory, ready to run. Closing it frees its native memory. */
public interface LanguageModel extends AutoCloseable {
    Tokenizer tokenizer();

    /** The forward pass over this model's weights; valid until the model is closed. */
    Transformer transformer();

    /** What it holds in memory: native and mapped bytes. */
    long bytes();

    /** Whether blocks are read from the files whenever a pass comes to them, because all of them would be too much. */
    boolean streamed();

    /** For people: {@code cpu}, {@code cuda:0}. */
    String device();

    @Override
    void close();
}
