package dev.unembed.engine.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.Fixtures;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.circuit.Intervention.Place;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.transformer.Activation;
import dev.unembed.engine.transformer.ForwardPass;
import dev.unembed.engine.transformer.HookPoint;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.Hooks;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Transformer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterventionTest {
    private static final int[][] IDS = {{5, 9, 17, 3, 40, 8}, {6, 2, 11, 31, 4, 9}};
    private static final int[][] OTHERS = {{1, 2, 3, 4, 5, 6}, {9, 8, 7, 6, 5, 4}, {3, 3, 8, 8, 1, 1}};

    /** Every change at every hook point of a block, by hooks and inside the engine. */
    @Test
    void hooksAndEditsDoTheSame() {
        try (LanguageModel model = Fixtures.load(Fixtures.tiny("llama"))) {
            Transformer transformer = model.transformer();
            for (HookPoint point : transformer.hookPoints()) {
                if (point.layer() != 1) {
                    continue;
                }
                Activation reference = seen(transformer, OTHERS, point);
                float[] vector = new float[reference.shape()[reference.shape().length - 1]];
                Arrays.fill(vector, 0.25f);
                vector[0] = -1;
                for (Place place : places(point)) {
                    Intervention intervention = Intervention.none()
                            .mean(place, reference)
                            .add(place.position(3), vector)
                            .from(Place.of(point).position(5), seen(transformer, IDS, point))
                            .replace(Place.of(point).position(1), vector);
                    ForwardPass byHooks = transformer.forward(IDS, intervention.hooks());
                    try (TensorScope scope = new TensorScope()) {
                        NDArray stream = transformer.streams(IDS, intervention.edits(IDS[0].length), scope);
                        float[][] logits = transformer.logitsAtEnd(stream, new int[][] {{1, 2}, {3, 4}});
                        for (int p = 0; p < IDS.length; p++) {
                            for (int n = 0; n < 2; n++) {
                                assertThat(logits[p][n])
                                        .as("%s, %s", point, place)
                                        .isCloseTo(byHooks.logit(p, 5, 2 * p + n + 1), within(1e-4f));
                            }
                        }
                    }
                }
            }
        }
    }

    private static List<Place> places(HookPoint point) {
        List<Place> places = new ArrayList<>(
                List.of(Place.of(point), Place.of(point).position(2).position(4)));
        if (point.site().axes().stream().anyMatch(axis -> axis.endsWith("head"))) {
            places.add(Place.of(point).head(1));
        }
        return places;
    }

    private static Activation seen(Transformer transformer, int[][] ids, HookPoint point) {
        return transformer.forward(ids, Hooks.none().capture(point)).cache().get(point);
    }

    @Test
    void onlyTheNamedHeadAndPositionChange() {
        HookPoint z = HookPoint.at(Site.Z, 0);
        try (LanguageModel model = Fixtures.load(Fixtures.tiny("gpt2"))) {
            Activation before = seen(model.transformer(), IDS, z);
            Activation after = model.transformer()
                    .forward(
                            IDS,
                            Intervention.none()
                                    .zero(Place.of(z).head(2).position(3))
                                    .hooks()
                                    .capture(z))
                    .cache()
                    .get(z);
            for (int p = 0; p < IDS.length; p++) {
                for (int t = 0; t < IDS[0].length; t++) {
                    for (int h = 0; h < before.shape()[2]; h++) {
                        float expected = t == 3 && h == 2 ? 0 : before.at(p, t, h, 0);
                        assertThat(after.at(p, t, h, 0)).isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        HookPoint z = HookPoint.at(Site.Z, 0);
        HookPoint stream = HookPoint.at(Site.RESID_PRE, 1);
        assertThatThrownBy(() -> Place.of(stream).head(0))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("has no heads");
        try (LanguageModel model = Fixtures.load(Fixtures.tiny("gpt2"))) {
            Transformer transformer = model.transformer();
            assertThatThrownBy(() -> Intervention.none().from(Place.of(stream), seen(transformer, IDS, z)))
                    .hasMessageContaining("can't stand at blocks.1.hook_resid_pre");
            assertThatThrownBy(() -> transformer.forward(
                            IDS,
                            Intervention.none()
                                    .replace(Place.of(stream), 1, 2, 3)
                                    .hooks()))
                    .hasMessageContaining("the vector has 3 values");
            assertThatThrownBy(() -> transformer.forward(
                            IDS,
                            Intervention.none()
                                    .from(Place.of(stream), seen(transformer, OTHERS, stream))
                                    .hooks()))
                    .hasMessageContaining("as many or one");
        }
    }
}
