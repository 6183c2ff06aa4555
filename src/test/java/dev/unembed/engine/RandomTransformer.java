package dev.unembed.engine;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Transformer;
import dev.unembed.engine.transformer.TransformerWeights;
import dev.unembed.engine.transformer.TransformerWeights.AttentionWeights;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.Linear;
import dev.unembed.engine.transformer.TransformerWeights.MlpWeights;
import dev.unembed.engine.transformer.TransformerWeights.NormWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A transformer of any shape with random weights, for identities that hold whatever they are, and for timing. */
public final class RandomTransformer implements AutoCloseable {
    /** The shape of GPT-2 small. */
    public static final Blueprint GPT2_SMALL = new Blueprint(
            12,
            768,
            50257,
            1024,
            Blueprint.Embedding.PLAIN,
            new Blueprint.Positions.Learned(0),
            new Blueprint.Norm.LayerNorm(1e-5),
            Blueprint.NormPlacement.BEFORE,
            new Blueprint.AttentionShape(12, 12, 64, 0.125),
            new Blueprint.Mlp.Plain(3072, Blueprint.Activation.GELU_TANH),
            Blueprint.Flow.SEQUENTIAL,
            null);

    private final TensorScope scope = new TensorScope();
    private final Random random;
    private final Blueprint blueprint;
    private final boolean biased;
    private final Transformer transformer;

    /** @param biased whether linear maps have biases; LayerNorms always do, RMSNorms never */
    public RandomTransformer(Blueprint blueprint, boolean biased, long seed) {
        this.blueprint = blueprint;
        this.biased = biased;
        this.random = new Random(seed);
        int dModel = blueprint.dModel();
        List<BlockWeights<NDArray>> blocks = new ArrayList<>();
        for (int l = 0; l < blueprint.layers(); l++) {
            blocks.add(block());
        }
        transformer = new Transformer(
                blueprint,
                new TransformerWeights<>(
                        tensor(1, blueprint.dVocab(), dModel),
                        blueprint.positions() instanceof Blueprint.Positions.Learned
                                ? tensor(0.5, blueprint.nCtx(), dModel)
                                : null,
                        blueprint.embedding().normalized() ? norm() : null,
                        blocks,
                        norm(),
                        linear(blueprint.dVocab(), dModel)));
    }

    public Transformer transformer() {
        return transformer;
    }

    private BlockWeights<NDArray> block() {
        int dModel = blueprint.dModel();
        int dMlp = blueprint.mlp().dMlp();
        int queries = blueprint.attention().nHeads() * blueprint.attention().dHead();
        int keys = blueprint.attention().nKvHeads() * blueprint.attention().dHead();
        boolean twice = blueprint.normPlacement() == Blueprint.NormPlacement.BEFORE_AND_AFTER;
        return new BlockWeights<>(
                norm(),
                new AttentionWeights<>(
                        linear(queries, dModel), linear(keys, dModel), linear(keys, dModel), linear(dModel, queries)),
                twice ? norm() : null,
                norm(),
                new MlpWeights<>(
                        blueprint.mlp() instanceof Blueprint.Mlp.Gated ? linear(dMlp, dModel) : null,
                        linear(dMlp, dModel),
                        linear(dModel, dMlp)),
                twice ? norm() : null);
    }

    private Linear<NDArray> linear(int out, int in) {
        return new Linear<>(tensor(1 / Math.sqrt(in), out, in), biased ? tensor(0.5, out) : null);
    }

    private NormWeights<NDArray> norm() {
        @Nullable
        NDArray bias = blueprint.norm() instanceof Blueprint.Norm.LayerNorm ? tensor(0.5, blueprint.dModel()) : null;
        return new NormWeights<>(tensor(1, blueprint.dModel()), bias);
    }

    private NDArray tensor(double deviation, long... shape) {
        int count = 1;
        for (long axis : shape) {
            count = Math.multiplyExact(count, (int) axis);
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        TensorOps ops = scope.ops();
        return ops.create(values, shape);
    }

    @Override
    public void close() {
        scope.close();
    }
}
