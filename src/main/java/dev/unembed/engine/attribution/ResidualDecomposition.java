package dev.unembed.engine.attribution;

import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.ComponentId;
import dev.unembed.engine.transformer.Transformer;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.NormWeights;
import dev.unembed.engine.transformer.WeightSource.OpenBlock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's logits as a labelled sum: which lines there are, in the order of the pass. A line that would be zero in every
 * prompt, because the model has no such part, isn't there.
 */
public final class ResidualDecomposition {
    private final List<ComponentId> lines;
    private final Map<ComponentId, Integer> places = new HashMap<>();

    public ResidualDecomposition(Transformer model) {
        Blueprint blueprint = model.blueprint();
        List<ComponentId> all = new ArrayList<>();
        all.add(new ComponentId.Embedding());
        if (blueprint.positions() instanceof Blueprint.Positions.Learned) {
            all.add(new ComponentId.PositionEmbedding());
        }
        for (int l = 0; l < blueprint.layers(); l++) {
            for (int h = 0; h < blueprint.attention().nHeads(); h++) {
                all.add(new ComponentId.Head(l, h));
            }
            try (OpenBlock open = model.weights().open(l)) {
                if (attentionIsBiased(blueprint, open.weights())) {
                    all.add(new ComponentId.AttentionBias(l));
                }
            }
            all.add(new ComponentId.Mlp(l));
        }
        if (model.weights().finalNorm().bias() != null) {
            all.add(new ComponentId.FinalNormBias());
        }
        if (model.unembedding().bias() != null) {
            all.add(new ComponentId.UnembeddingBias());
        }
        if (blueprint.logitCap() != null) {
            all.add(new ComponentId.SoftCap());
        }
        lines = List.copyOf(all);
        for (int i = 0; i < lines.size(); i++) {
            places.put(lines.get(i), i);
        }
    }

    private static boolean attentionIsBiased(Blueprint blueprint, BlockWeights<?> block) {
        NormWeights<?> after = normAfterAttention(blueprint, block);
        return block.attention().o().bias() != null
                || block.attention().v().bias() != null
                || after != null && after.bias() != null;
    }

    /** The norm between attention and the stream, where there is one. */
    static <T> @Nullable NormWeights<T> normAfterAttention(Blueprint blueprint, BlockWeights<T> block) {
        return switch (blueprint.normPlacement()) {
            case BEFORE -> null;
            case AFTER -> block.ln1();
            case BEFORE_AND_AFTER -> block.ln1Post();
        };
    }

    /** The norm between the MLP and the stream, where there is one. */
    static <T> @Nullable NormWeights<T> normAfterMlp(Blueprint blueprint, BlockWeights<T> block) {
        return switch (blueprint.normPlacement()) {
            case BEFORE -> null;
            case AFTER -> block.ln2();
            case BEFORE_AND_AFTER -> block.ln2Post();
        };
    }

    public List<ComponentId> lines() {
        return lines;
    }

    public boolean has(ComponentId line) {
        return places.containsKey(line);
    }

    /** @throws IllegalArgumentException if the model has no such line */
    public int place(ComponentId line) {
        Integer place = places.get(line);
        if (place == null) {
            throw new IllegalArgumentException("this model has no line " + line);
        }
        return place;
    }
}
