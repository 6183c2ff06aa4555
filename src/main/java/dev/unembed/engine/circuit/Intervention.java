package dev.unembed.engine.circuit;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.Activation;
import dev.unembed.engine.transformer.Edits;
import dev.unembed.engine.transformer.HookPoint;
import dev.unembed.engine.transformer.Hooks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Changes of activations at any hook points of one pass, by head and position. Immutable; changes of one point are made in
 * the order they were added.
 *
 * <p>It is carried out by {@link #hooks} in a pass that gives plain arrays, or by {@link #edits} inside the engine, with
 * the same outcome.
 */
public final class Intervention {
    private static final Intervention NONE = new Intervention(List.of());

    private final List<Step> steps;

    /**
     * Where something is changed.
     *
     * @param heads of points that have heads (kv-heads at keys and values); empty for all
     * @param positions of tokens (queries at scores and patterns); empty for all
     */
    public record Place(HookPoint point, Set<Integer> heads, Set<Integer> positions) {
        public Place {
            heads = Set.copyOf(heads);
            positions = Set.copyOf(positions);
            if (!heads.isEmpty() && axis(point, "head", "kv_head") < 0) {
                throw new InvalidInput(
                        point + " has no heads; its axes are " + point.site().axes() + ".");
            }
        }

        public static Place of(HookPoint point) {
            return new Place(point, Set.of(), Set.of());
        }

        public Place head(int head) {
            return new Place(point, with(heads, head), positions);
        }

        public Place position(int position) {
            return new Place(point, heads, with(positions, position));
        }

        private static Set<Integer> with(Set<Integer> some, int one) {
            Set<Integer> all = new TreeSet<>(some);
            all.add(one);
            return all;
        }

        /** @param shape of the tensor there @param first position that it holds @return 1 where it is meant, else 0 */
        private float[] meant(long[] shape, int first) {
            int positionAxis = axis(point, "pos", "query");
            int headAxis = axis(point, "head", "kv_head");
            float[] meant = new float[size(shape)];
            for (int i = 0; i < meant.length; i++) {
                boolean here = (positions.isEmpty() || positions.contains(first + index(i, positionAxis, shape)))
                        && (heads.isEmpty() || heads.contains(index(i, headAxis, shape)));
                meant[i] = here ? 1 : 0;
            }
            return meant;
        }
    }

    /** What becomes of a place. */
    private sealed interface Change {
        /** Another vector, the same at every place. */
        record Vector(float[] values) implements Change {}

        record Addition(float[] values) implements Change {}

        /** What flowed there in another pass; one prompt's values, or as many as are run. */
        record Values(Activation source) implements Change {}
    }

    private record Step(Place place, Change change) {}

    private Intervention(List<Step> steps) {
        this.steps = List.copyOf(steps);
    }

    public static Intervention none() {
        return NONE;
    }

    private Intervention with(Place place, Change change) {
        List<Step> all = new ArrayList<>(steps);
        all.add(new Step(place, change));
        return new Intervention(all);
    }

    /** Zero ablation. */
    public Intervention zero(Place place) {
        return with(place, new Change.Vector(new float[] {0}));
    }

    /** @param vector as long as the last axis there, the same at every place */
    public Intervention replace(Place place, float... vector) {
        return with(place, new Change.Vector(vector.clone()));
    }

    /** @param vector as long as the last axis there; steering adds a direction to the stream */
    public Intervention add(Place place, float... vector) {
        return with(place, new Change.Addition(vector.clone()));
    }

    /**
     * What flowed there in another pass: patching, or resampling.
     *
     * @param source captured at the same hook point: of one prompt, which stands for all, or of as many as are run
     */
    public Intervention from(Place place, Activation source) {
        if (!source.point().equals(place.point())) {
            throw new InvalidInput("What flowed at " + source.point() + " can't stand at " + place.point() + ".");
        }
        return with(place, new Change.Values(source));
    }

    /** The mean over the prompts of a reference, position by position. */
    public Intervention mean(Place place, Activation reference) {
        int prompts = reference.shape()[0];
        int each = reference.values().length / prompts;
        float[] mean = new float[each];
        for (int i = 0; i < each; i++) {
            double sum = 0;
            for (int p = 0; p < prompts; p++) {
                sum += reference.values()[p * each + i];
            }
            mean[i] = (float) (sum / prompts);
        }
        int[] shape = reference.shape().clone();
        shape[0] = 1;
        return from(place, new Activation(reference.point(), shape, mean));
    }

    /** To be carried out by a pass of plain arrays. */
    public Hooks hooks() {
        Hooks hooks = Hooks.none();
        for (Step step : steps) {
            hooks = hooks.replace(step.place().point(), seen -> changed(seen, step));
        }
        return hooks;
    }

    private static Activation changed(Activation seen, Step step) {
        long[] shape = Arrays.stream(seen.shape()).asLongStream().toArray();
        long[] ofOne = shape.clone();
        ofOne[0] = 1;
        float[] meant = step.place().meant(ofOne, 0);
        float[] values = seen.values().clone();
        for (int i = 0; i < values.length; i++) {
            if (meant[i % meant.length] != 0) {
                values[i] = switch (step.change()) {
                    case Change.Vector(float[] vector) -> vector[i % requireFitting(vector, shape, step)];
                    case Change.Addition(float[] vector) -> values[i] + vector[i % requireFitting(vector, shape, step)];
                    case Change.Values(Activation source) -> source.values()[i % requireFitting(source, shape)];
                };
            }
        }
        return seen.withValues(values);
    }

    /** To be carried out inside the engine. @param positions of the prompts, of which a pass may compute the last ones only */
    public Edits edits(int positions) {
        Edits edits = Edits.none();
        for (Step step : steps) {
            edits = edits.at(step.place().point(), (tensor, ops) -> changed(tensor, step, positions, ops));
        }
        return edits;
    }

    private static NDArray changed(NDArray tensor, Step step, int positions, TensorOps ops) {
        long[] shape = tensor.getShape().getShape();
        long[] ofOne = shape.clone();
        ofOne[0] = 1;
        int positionAxis = axis(step.place().point(), "pos", "query");
        int first = positions - Math.toIntExact(shape[positionAxis]);
        NDArray meant = ops.create(step.place().meant(ofOne, first), ofOne);
        return switch (step.change()) {
            case Change.Vector(float[] vector) ->
                ops.choose(meant, ops.create(vector, requireFitting(vector, shape, step)), tensor);
            case Change.Addition(float[] vector) ->
                ops.choose(meant, ops.add(tensor, ops.create(vector, requireFitting(vector, shape, step))), tensor);
            case Change.Values(Activation source) -> {
                long[] whole = shape.clone();
                whole[positionAxis] = positions;
                requireFitting(source, whole);
                NDArray all = ops.create(
                        source.values(),
                        Arrays.stream(source.shape()).asLongStream().toArray());
                yield ops.choose(meant, ops.narrow(all, positionAxis, first, positions), tensor);
            }
        };
    }

    /** @return the vector's length */
    private static int requireFitting(float[] vector, long[] shape, Step step) {
        if (vector.length != 1 && vector.length != shape[shape.length - 1]) {
            throw new InvalidInput(step.place().point() + ": the vector has " + vector.length + " values; expected "
                    + shape[shape.length - 1] + ".");
        }
        return vector.length;
    }

    /** @return how many values it has */
    private static int requireFitting(Activation source, long[] shape) {
        long[] expected = shape.clone();
        expected[0] = source.shape()[0] == 1 ? 1 : shape[0];
        if (!Arrays.equals(Arrays.stream(source.shape()).asLongStream().toArray(), expected)) {
            throw new InvalidInput(
                    source.point() + ": the other pass has " + Arrays.toString(source.shape()) + ", this one "
                            + Arrays.toString(shape) + "; prompts must be of equal length, and as many or one.");
        }
        return source.values().length;
    }

    private static int axis(HookPoint point, String name, String otherName) {
        List<String> axes = point.site().axes();
        return Math.max(axes.indexOf(name), axes.indexOf(otherName));
    }

    private static int size(long[] shape) {
        return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    }

    /** Along one axis. */
    private static int index(int flat, int axis, long[] shape) {
        if (axis < 0) {
            return 0;
        }
        long after = 1;
        for (int a = axis + 1; a < shape.length; a++) {
            after *= shape[a];
        }
        return (int) (flat / after % shape[axis]);
    }
}
