package dev.unembed.engine.experiment;

import dev.unembed.engine.transformer.LanguageModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A run that remembers every checkpoint, and may begin from one. */
final class ResumingContext implements ExperimentContext {
    private final LanguageModel model;
    private final byte @Nullable [] begin;
    private final List<byte[]> saved = new ArrayList<>();

    ResumingContext(LanguageModel model) {
        this(model, null);
    }

    ResumingContext(LanguageModel model, byte @Nullable [] begin) {
        this.model = model;
        this.begin = begin;
    }

    /** What was saved, in order. */
    synchronized List<byte[]> saved() {
        return List.copyOf(saved);
    }

    @Override
    public LanguageModel model() {
        return model;
    }

    @Override
    public void progress(long done, long total) {}

    @Override
    public Optional<byte[]> checkpoint() {
        return Optional.ofNullable(begin);
    }

    @Override
    public synchronized void saveCheckpoint(Supplier<byte[]> state) {
        saved.add(state.get());
    }

    @Override
    public long seed() {
        return 7;
    }
}
