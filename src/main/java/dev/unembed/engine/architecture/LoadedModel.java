package dev.unembed.engine.architecture;

import dev.unembed.engine.ResourcesExhausted;
import dev.unembed.engine.architecture.ModelFolder.LoadProgress;
import dev.unembed.engine.architecture.ModelFolder.Residence;
import dev.unembed.engine.safetensors.WeightFiles;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.text.Tokenizer;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Placement;
import dev.unembed.engine.transformer.Transformer;
import dev.unembed.engine.transformer.TransformerWeights;

/**
 * A model ready to run. Resident: fp32 files are mapped and shared with the page cache, other types are converted into
 * memory of its own. Streamed: {@link StreamedWeights}. What it holds goes when it is closed.
 */
final class LoadedModel implements LanguageModel {
    private final Tokenizer tokenizer;
    private final Transformer transformer;
    private final Placement placement;
    private final Runnable release;
    private final long bytes;
    private final boolean streamed;
    private boolean closed;

    private LoadedModel(
            Tokenizer tokenizer,
            Transformer transformer,
            Placement placement,
            Runnable release,
            long bytes,
            boolean streamed) {
        this.tokenizer = tokenizer;
        this.transformer = transformer;
        this.placement = placement;
        this.release = release;
        this.bytes = bytes;
        this.streamed = streamed;
    }

    static LoadedModel load(
            Blueprint blueprint,
            TransformerWeights<StoredTensor> plan,
            WeightFiles files,
            Tokenizer tokenizer,
            Residence residence,
            Placement placement,
            LoadProgress progress) {
        Torch.prepareThread(Torch.cores());
        try {
            return switch (residence) {
                case RESIDENT -> resident(blueprint, plan, files, tokenizer, placement, progress);
                case STREAMED -> {
                    StreamedWeights weights = new StreamedWeights(plan, files, placement);
                    yield new LoadedModel(
                            tokenizer,
                            new Transformer(blueprint, weights),
                            placement,
                            weights::close,
                            StreamedWeights.bytes(plan),
                            true);
                }
            };
        } catch (OutOfMemoryError e) {
            throw new ResourcesExhausted(
                    "There isn't enough memory for the model's weights: " + e.getMessage()
                            + ". Close other models or use a smaller one.",
                    e);
        }
    }

    private static LoadedModel resident(
            Blueprint blueprint,
            TransformerWeights<StoredTensor> plan,
            WeightFiles files,
            Tokenizer tokenizer,
            Placement placement,
            LoadProgress progress) {
        long total = files.bytes();
        long[] done = {0};
        TensorReader reader = new TensorReader(files, true, more -> {
            done[0] += more;
            progress.loaded(Math.min(done[0], total), total);
        });
        try {
            Transformer transformer = new Transformer(blueprint, plan.map(placement, reader::tensor));
            reader.seal();
            return new LoadedModel(tokenizer, transformer, placement, reader::close, reader.bytes(), false);
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public Transformer transformer() {
        if (closed) {
            throw new IllegalStateException("This model is closed.");
        }
        return transformer;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean streamed() {
        return streamed;
    }

    @Override
    public String device() {
        return placement.toString();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            release.run();
        }
    }
}
