package dev.unembed.engine.transformer;

import dev.unembed.engine.tensor.ComputeDevice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a model in one arrangement for all families; matrices lie as [out in].
 *
 * <p>{@code T} is what stands for a tensor: where it is found in the files while a model is described and checked, the
 * tensor itself when it is loaded.
 *
 * @param tokenEmbedding wE [d_vocab d_model]
 * @param positionEmbedding wPos [n_ctx d_model], where positions are learned
 * @param embeddingNorm where the embedding is normalised before the first block
 * @param unembedding wU [d_vocab d_model] and bU; the same tensor as wE where tied
 */
public record TransformerWeights<T>(
        T tokenEmbedding,
        @Nullable T positionEmbedding,
        @Nullable NormWeights<T> embeddingNorm,
        List<BlockWeights<T>> blocks,
        NormWeights<T> finalNorm,
        Linear<T> unembedding) {
    public TransformerWeights {
        blocks = List.copyOf(blocks);
    }

    /** @param weight [out in] @param bias [out] */
    public record Linear<T>(T weight, @Nullable T bias) {}

    /** @param gain [d_model] @param bias [d_model], where the norm has one */
    public record NormWeights<T>(T gain, @Nullable T bias) {}

    /**
     * @param q wQ [head·d_head d_model]
     * @param k wK [kv_head·d_head d_model]
     * @param v wV [kv_head·d_head d_model]
     * @param o wO [d_model head·d_head]
     * @param qNorm [d_head], or [head·d_head] where the norm goes across heads
     * @param kNorm [d_head], or [kv_head·d_head]
     */
    public record AttentionWeights<T>(
            Linear<T> q,
            Linear<T> k,
            Linear<T> v,
            Linear<T> o,
            @Nullable NormWeights<T> qNorm,
            @Nullable NormWeights<T> kNorm) {
        public AttentionWeights(Linear<T> q, Linear<T> k, Linear<T> v, Linear<T> o) {
            this(q, k, v, o, null, null);
        }
    }

    /**
     * @param gate [d_mlp d_model], where gated
     * @param in [d_mlp d_model]
     * @param out [d_model d_mlp]
     */
    public record MlpWeights<T>(@Nullable Linear<T> gate, Linear<T> in, Linear<T> out) {}

    /**
     * @param ln1 attention's norm, before or after it as the blueprint says
     * @param ln1Post attention's second norm, where there are norms before and after
     * @param ln2 the MLP's norm; the same tensors as ln1 where both share one
     * @param ln2Post the MLP's second norm
     */
    public record BlockWeights<T>(
            NormWeights<T> ln1,
            AttentionWeights<T> attention,
            @Nullable NormWeights<T> ln1Post,
            NormWeights<T> ln2,
            MlpWeights<T> mlp,
            @Nullable NormWeights<T> ln2Post) {
        public BlockWeights(NormWeights<T> ln1, AttentionWeights<T> attention, NormWeights<T> ln2, MlpWeights<T> mlp) {
            this(ln1, attention, null, ln2, mlp, null);
        }

        /** One block alone, as {@link TransformerWeights#map}. */
        public <U> BlockWeights<U> map(Function<? super T, ? extends U> f) {
            return new Mapping<T, U>(f).block(this);
        }
    }

    /** The same arrangement with every tensor turned into something else, each once even where two places share it. */
    public <U> TransformerWeights<U> map(Function<? super T, ? extends U> f) {
        Mapping<T, U> m = new Mapping<>(f);
        return map(m, l -> m, m);
    }

    /**
     * The same, told which device each tensor is for; one that two devices share is turned for each.
     *
     * @param f of a tensor and its device
     */
    public <U> TransformerWeights<U> map(
            Placement placement, BiFunction<? super T, ? super ComputeDevice, ? extends U> f) {
        Map<ComputeDevice, Mapping<T, U>> mappings = new HashMap<>();
        Function<ComputeDevice, Mapping<T, U>> on =
                device -> mappings.computeIfAbsent(device, d -> new Mapping<>(t -> f.apply(t, d)));
        return map(
                on.apply(placement.first()),
                l -> on.apply(placement.ofBlock(l, blocks.size())),
                on.apply(placement.last()));
    }

    private <U> TransformerWeights<U> map(
            Mapping<T, U> before, IntFunction<Mapping<T, U>> ofBlock, Mapping<T, U> after) {
        List<BlockWeights<U>> mapped = new ArrayList<>();
        for (int l = 0; l < blocks.size(); l++) {
            mapped.add(ofBlock.apply(l).block(blocks.get(l)));
        }
        return new TransformerWeights<>(
                before.tensor(tokenEmbedding),
                before.optional(positionEmbedding),
                before.optionalNorm(embeddingNorm),
                mapped,
                after.norm(finalNorm),
                after.linear(unembedding));
    }

    /** Visits every tensor, each once. */
    public void forEach(Consumer<? super T> visitor) {
        map(tensor -> {
            visitor.accept(tensor);
            return true;
        });
    }

    private static final class Mapping<T, U> {
        private final Function<? super T, ? extends U> f;
        private final Map<T, U> done = new HashMap<>();

        Mapping(Function<? super T, ? extends U> f) {
            this.f = f;
        }

        U tensor(T t) {
            U known = done.get(t);
            if (known == null) {
                known = f.apply(t);
                done.put(t, known);
            }
            return known;
        }

        @Nullable
        U optional(@Nullable T t) {
            return t == null ? null : tensor(t);
        }

        Linear<U> linear(Linear<T> l) {
            return new Linear<>(tensor(l.weight()), optional(l.bias()));
        }

        NormWeights<U> norm(NormWeights<T> n) {
            return new NormWeights<>(tensor(n.gain()), optional(n.bias()));
        }

        BlockWeights<U> block(BlockWeights<T> b) {
            return new BlockWeights<>(
                    norm(b.ln1()),
                    new AttentionWeights<>(
                            linear(b.attention().q()),
                            linear(b.attention().k()),
                            linear(b.attention().v()),
                            linear(b.attention().o()),
                            optionalNorm(b.attention().qNorm()),
                            optionalNorm(b.attention().kNorm())),
                    optionalNorm(b.ln1Post()),
                    norm(b.ln2()),
                    new MlpWeights<>(
                            b.mlp().gate() == null ? null : linear(b.mlp().gate()),
                            linear(b.mlp().in()),
                            linear(b.mlp().out())),
                    optionalNorm(b.ln2Post()));
        }

        @Nullable
        NormWeights<U> optionalNorm(@Nullable NormWeights<T> n) {
            return n == null ? null : norm(n);
        }
    }
}
