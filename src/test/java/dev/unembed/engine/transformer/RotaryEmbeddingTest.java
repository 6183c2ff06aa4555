package dev.unembed.engine.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.Blueprint.Pairing;
import dev.unembed.engine.transformer.Blueprint.Positions.Rotary;
import dev.unembed.engine.transformer.Blueprint.RotaryScaling;
import org.junit.jupiter.api.Test;

class RotaryEmbeddingTest {
    /** Frequencies of transformers 5.24: heads of 32, base 10,000, factor 4 over 2,048 positions, everything else as it comes. */
    @Test
    void yarnBlendsBetweenItsBounds() {
        double[] expected = {
            1.0,
            0.5623413,
            0.3162278,
            0.1778279,
            0.1,
            0.05020904,
            0.02484647,
            0.0120669,
            0.005714286,
            0.00261087,
            0.001129385,
            0.0004445699,
            0.00025,
            0.0001405853,
            7.905695e-05,
            4.445699e-05
        };
        assertFrequencies(new RotaryScaling.Yarn(4, 2048, 32, 1, true, 1.1386294), expected);
    }

    /** The same source: factor 8 over 64 positions, from 16 turns to 2. */
    @Test
    void yarnsBoundsAreItsOwn() {
        double[] expected = {
            1.0,
            0.3983251,
            0.1317616,
            0.02222849,
            0.0125,
            0.007029266,
            0.003952847,
            0.002222849,
            0.00125,
            0.0007029267,
            0.0003952847,
            0.0002222849,
            0.000125,
            7.029266e-05,
            3.952847e-05,
            2.222849e-05
        };
        assertFrequencies(new RotaryScaling.Yarn(8, 64, 16, 2, true, 1.035657), expected);
    }

    @Test
    void yarnLengthensWhatItTurns() {
        Rotary rotary = new Rotary(10_000, 4, new RotaryScaling.Yarn(4, 2048, 32, 1, true, 1.5), Pairing.HALVES);
        Torch.prepareThread(1);
        try (TensorScope scope = new TensorScope()) {
            RotaryEmbedding turned = RotaryEmbedding.of(rotary, 0, 2, scope.ops());
            assertThat(turned.cos().toFloatArray()[0]).isEqualTo(1.5f);
            assertThat(turned.sin().toFloatArray()[2]).isCloseTo((float) (1.5 * Math.sin(1)), within(1e-6f));
        }
    }

    private static void assertFrequencies(RotaryScaling scaling, double[] expected) {
        double[] found = RotaryEmbedding.frequencies(new Rotary(10_000, 32, scaling, Pairing.HALVES));
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("pair " + i).isCloseTo(expected[i], within(1e-6 * expected[i]));
        }
    }
}
