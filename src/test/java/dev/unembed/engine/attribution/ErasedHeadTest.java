package dev.unembed.engine.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.ComponentId;
import dev.unembed.engine.transformer.Transformer;
import dev.unembed.engine.transformer.TransformerWeights;
import dev.unembed.engine.transformer.TransformerWeights.AttentionWeights;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.TransformerWeights.Linear;
import dev.unembed.engine.transformer.TransformerWeights.MlpWeights;
import dev.unembed.engine.transformer.TransformerWeights.NormWeights;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * A transformer built by hand, whose votes are known without computing. Token t is the axis t of the stream, 0 to 3. On the
 * prompt 1 2 3, seen from the last position:
 *
 * <ul>
 *   <li>L0H0 finds token 1 and writes 2 on axis 4;
 *   <li>L0H1 finds token 2 and writes 1 on axis 5;
 *   <li>L1H1 looks at its own position and takes away what stands on axis 4.
 * </ul>
 *
 * <p>The answer's unembedding is axes 4 and 5 together, the foil's nothing. The final stream is 1 on axes 3 and 5, so the
 * norm divides by √(2/8) = ½ and every vote is twice what was written.
 */
class ErasedHeadTest {
    private static final int D_MODEL = 8;
    private static final int HEADS = 2;
    private static final int D_HEAD = 4;
    private static final int D_MLP = 2;
    private static final int ANSWER = 0;
    private static final int FOIL = 2;
    private static final int[] PROMPT = {1, 2, 3};

    private static final Blueprint BLUEPRINT = new Blueprint(
            2,
            D_MODEL,
            4,
            16,
            Blueprint.Embedding.PLAIN,
            new Blueprint.Positions.Learned(0),
            new Blueprint.Norm.RmsNorm(0),
            Blueprint.NormPlacement.BEFORE,
            new Blueprint.AttentionShape(HEADS, HEADS, D_HEAD, 1),
            new Blueprint.Mlp.Plain(D_MLP, Blueprint.Activation.RELU),
            Blueprint.Flow.SEQUENTIAL,
            null);

    /** A matrix [rows columns] of zeros with a few entries. */
    private static final class Sparse {
        private final int columns;
        private final float[] values;

        Sparse(int rows, int columns) {
            this.columns = columns;
            this.values = new float[rows * columns];
        }

        Sparse with(int row, int column, double value) {
            values[row * columns + column] = (float) value;
            return this;
        }

        NDArray tensor(TensorOps ops) {
            return ops.create(values, values.length / columns, columns);
        }
    }

    private static Transformer build(TensorOps ops) {
        double single = Math.sqrt(8); // one axis at 1 of eight, after its norm
        Sparse v0 = new Sparse(HEADS * D_HEAD, D_MODEL).with(0, 1, 1).with(D_HEAD, 2, 1);
        // each head spreads its attention over the three positions alike
        Sparse o0 =
                new Sparse(D_MODEL, HEADS * D_HEAD).with(4, 0, 2 * 3 / single).with(5, D_HEAD, 3 / single);
        double middle =
                Math.sqrt((1 + 2 * 2 + 1) / 8.0); // what the second block's norm divides by at the last position
        Sparse looksAtToken3 = new Sparse(HEADS * D_HEAD, D_MODEL).with(D_HEAD, 3, 10);
        Sparse v1 = new Sparse(HEADS * D_HEAD, D_MODEL).with(D_HEAD, 4, 1);
        Sparse o1 = new Sparse(D_MODEL, HEADS * D_HEAD).with(4, D_HEAD, -middle);
        Sparse embedding = new Sparse(4, D_MODEL);
        for (int token = 0; token < 4; token++) {
            embedding.with(token, token, 1);
        }
        Sparse unembedding = new Sparse(4, D_MODEL).with(ANSWER, 4, 1).with(ANSWER, 5, 1);
        Sparse nothing = new Sparse(HEADS * D_HEAD, D_MODEL);
        return new Transformer(
                BLUEPRINT,
                new TransformerWeights<>(
                        embedding.tensor(ops),
                        new Sparse(16, D_MODEL).tensor(ops),
                        null,
                        List.of(block(nothing, nothing, v0, o0, ops), block(looksAtToken3, looksAtToken3, v1, o1, ops)),
                        norm(ops),
                        new Linear<>(unembedding.tensor(ops), null)));
    }

    private static BlockWeights<NDArray> block(Sparse q, Sparse k, Sparse v, Sparse o, TensorOps ops) {
        return new BlockWeights<>(
                norm(ops),
                new AttentionWeights<>(
                        new Linear<>(q.tensor(ops), null),
                        new Linear<>(k.tensor(ops), null),
                        new Linear<>(v.tensor(ops), null),
                        new Linear<>(o.tensor(ops), null)),
                norm(ops),
                new MlpWeights<>(
                        null,
                        new Linear<>(new Sparse(D_MLP, D_MODEL).tensor(ops), null),
                        new Linear<>(new Sparse(D_MODEL, D_MLP).tensor(ops), null)));
    }

    private static NormWeights<NDArray> norm(TensorOps ops) {
        float[] gain = new float[D_MODEL];
        Arrays.fill(gain, 1);
        return new NormWeights<>(ops.create(gain, D_MODEL), null);
    }

    @Test
    void anErasedHeadAndItsEraserCancel() {
        try (TensorScope scope = new TensorScope()) {
            Attribution attribution = new DirectLogitAttribution(build(scope.ops()))
                    .of(List.of(new Question(PROMPT, ANSWER, FOIL)), true, new Meter(1));
            Ledger ledger = attribution.ledgers().getFirst();

            assertThat(ledger.logitDifference()).isCloseTo(2, within(1e-5));
            assertThat(vote(attribution, "L0H0")).as("erased").isCloseTo(4, within(1e-5));
            assertThat(vote(attribution, "L1H1")).as("erases").isCloseTo(-4, within(1e-5));
            assertThat(vote(attribution, "L0H1")).as("stays").isCloseTo(2, within(1e-5));
            for (String silent : List.of("embed", "pos_embed", "L1H0", "MLP0", "MLP1")) {
                assertThat(vote(attribution, silent)).as(silent).isCloseTo(0, within(1e-5));
            }
            assertThat(attribution.decomposition().lines()).hasSize(8);
        }
    }

    @Test
    void sourcesAreThePositionsTheHeadsRead() {
        try (TensorScope scope = new TensorScope()) {
            DrillDown drillDown = Objects.requireNonNull(new DirectLogitAttribution(build(scope.ops()))
                    .of(List.of(new Question(PROMPT, ANSWER, FOIL)), true, new Meter(1))
                    .drillDown());
            double[][][] sources = Objects.requireNonNull(drillDown.sources());
            assertThat(sources[0][0]).usingComparatorWithPrecision(1e-5).containsExactly(4, 0, 0);
            assertThat(sources[0][1]).usingComparatorWithPrecision(1e-5).containsExactly(0, 2, 0);
            assertThat(sources[1][1]).usingComparatorWithPrecision(1e-5).containsExactly(0, 0, -4);
        }
    }

    private static double vote(Attribution attribution, String component) {
        return attribution
                .ledgers()
                .getFirst()
                .votes()[attribution.decomposition().place(ComponentId.parse(component))];
    }
}
