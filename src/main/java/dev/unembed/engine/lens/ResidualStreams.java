package dev.unembed.engine.lens;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.transformer.HookPoint;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Transformer;
import java.util.ArrayList;
import java.util.List;

/** The rows a lens reads: the residual streams of some prompts, kept as the pass comes by them. */
public final class ResidualStreams {
    private final List<HookPoint> points = new ArrayList<>();
    private final List<Float> layers = new ArrayList<>();
    private final NDArray[] rows;

    /** One prompt's. */
    public ResidualStreams(Transformer model, int[] ids, boolean sublayers, TensorScope scope, Meter meter) {
        this(model, new int[][] {ids}, sublayers, scope, meter);
    }

    /**
     * @param ids [batch pos], prompts of equal length; their rows follow one another
     * @param sublayers whether to keep the streams after attention too
     * @param scope owns the rows
     * @param meter advanced by {@link #units} in all
     */
    public ResidualStreams(Transformer model, int[][] ids, boolean sublayers, TensorScope scope, Meter meter) {
        int depth = model.blueprint().layers();
        for (int l = 0; l < depth; l++) {
            points.add(HookPoint.at(Site.RESID_PRE, l));
            layers.add((float) l);
            if (sublayers) {
                points.add(HookPoint.at(Site.RESID_MID, l));
                layers.add(l + 0.5f);
            }
        }
        points.add(HookPoint.at(Site.RESID_POST, depth - 1));
        layers.add((float) depth);
        NDArray[] kept = new NDArray[points.size()];
        int positions = ids.length * ids[0].length;
        long unitsPerBlock = units(model, positions) / depth;
        Probe keeper = new Probe() {
            @Override
            public boolean wants(HookPoint point) {
                return points.contains(point);
            }

            @Override
            public NDArray see(HookPoint point, NDArray tensor, TensorOps ops) {
                kept[points.indexOf(point)] = scope.keep(tensor);
                return tensor;
            }

            @Override
            public void blockDone(int layer) {
                meter.advance(unitsPerBlock);
            }
        };
        model.streams(ids, keeper, scope);
        rows = new NDArray[kept.length];
        for (int i = 0; i < kept.length; i++) {
            rows[i] = scope.ops().reshape(kept[i], positions, model.blueprint().dModel()); // [batch·pos d_model]
        }
    }

    /** Multiplications of the pass, in the unit that {@link Meter}s count. */
    public static long units(Transformer model, int positions) {
        return model.multiplications(positions);
    }

    /** From the bottom up; [batch·pos d_model] each. */
    public NDArray[] rows() {
        return rows;
    }

    public List<HookPoint> points() {
        return List.copyOf(points);
    }

    /** l, or l + 0.5 after the attention of block l. */
    public float[] layers() {
        float[] numbers = new float[layers.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = layers.get(i);
        }
        return numbers;
    }
}
