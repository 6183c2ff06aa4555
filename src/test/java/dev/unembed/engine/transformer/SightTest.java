package dev.unembed.engine.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.ComputeDevice;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.Blueprint.AttentionShape;
import dev.unembed.engine.transformer.Blueprint.Embedding;
import dev.unembed.engine.transformer.Blueprint.Flow;
import dev.unembed.engine.transformer.Blueprint.Mlp;
import dev.unembed.engine.transformer.Blueprint.Norm;
import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.Blueprint.Positions;
import dev.unembed.engine.transformer.Blueprint.Rounding;
import dev.unembed.engine.transformer.Blueprint.Span;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SightTest {
    @Test
    void slopesHalveFromHeadToHead() {
        assertThat(Sight.slopes(4)).containsExactly(1 / 4.0, 1 / 16.0, 1 / 64.0, 1 / 256.0);
        assertThat(Sight.slopes(8)).startsWith(1 / 2.0, 1 / 4.0).endsWith(1 / 256.0);
    }

    @Test
    void headsBeyondAPowerOfTwoTakeEverySecondSlopeOfTheNext() {
        assertThat(Sight.slopes(6)).containsExactly(1 / 4.0, 1 / 16.0, 1 / 64.0, 1 / 256.0, 1 / 2.0, 1 / 8.0);
    }

    @Test
    void bf16RoundsToTheNearestAndTiesToEven() {
        assertThat(Sight.bf16(256)).isEqualTo(256);
        assertThat(Sight.bf16(257)).isEqualTo(256);
        assertThat(Sight.bf16(259)).isEqualTo(260);
        assertThat(Sight.bf16(258.9f)).isEqualTo(258);
        assertThat(Sight.bf16(-0.1f)).isEqualTo(-0.10009765625f);
    }

    @Test
    void theBiasFallsWithTheDistanceAndEndsWithTheWindow() {
        Torch.prepareThread(1);
        try (TensorScope scope = new TensorScope()) {
            AttentionShape attention = new AttentionShape(2, 1, 4, 1)
                    .withSpans(List.of(new Span.Window(2), new Span.Everything(), new Span.Window(2)));
            List<Sight> sights = Sight.ofBlocks(
                    model(new Positions.Alibi(0.5, Rounding.FP32), attention),
                    l -> ComputeDevice.HOST,
                    Reach.everything(3),
                    scope.ops());
            float no = Float.NEGATIVE_INFINITY;
            NDArray windowed = Objects.requireNonNull(sights.get(0).bias()); // [1 head query key]
            assertThat(windowed.getShape().getShape()).containsExactly(1, 2, 3, 3);
            float a = 0.5f / 16; // slopes of two heads: 1/16 and 1/256
            float b = 0.5f / 256;
            assertThat(windowed.toFloatArray())
                    .containsExactly(0, no, no, -a, 0, no, no, -a, 0, 0, no, no, -b, 0, no, no, -b, 0);
            assertThat(Objects.requireNonNull(sights.get(1).bias()).toFloatArray())
                    .startsWith(0, no, no, -a, 0, no, -2 * a, -a, 0);
            assertThat(sights.get(2).bias()).isSameAs(windowed);
        }
    }

    @Test
    void thereIsNoBiasWhereAWindowHoldsThePrompt() {
        Torch.prepareThread(1);
        try (TensorScope scope = new TensorScope()) {
            AttentionShape attention = new AttentionShape(2, 1, 4, 1)
                    .withSpans(List.of(new Span.Window(3), new Span.Window(3), new Span.Window(3)));
            Blueprint model = model(new Positions.Learned(0), attention);
            assertThat(Sight.ofBlocks(model, l -> ComputeDevice.HOST, Reach.everything(3), scope.ops())
                            .getFirst()
                            .bias())
                    .isNull();
            assertThat(Sight.ofBlocks(model, l -> ComputeDevice.HOST, Reach.everything(4), scope.ops())
                            .getFirst()
                            .bias())
                    .isNotNull();
        }
    }

    private static Blueprint model(Positions positions, AttentionShape attention) {
        return new Blueprint(
                3,
                8,
                10,
                100,
                Embedding.PLAIN,
                positions,
                new Norm.LayerNorm(1e-5),
                NormPlacement.BEFORE,
                attention,
                new Mlp.Plain(8, Blueprint.Activation.RELU),
                Flow.SEQUENTIAL,
                null);
    }
}
