package dev.unembed.engine.circuit;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.transformer.ComponentId;
import dev.unembed.engine.transformer.HookPoint;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.Probe;
import java.util.Arrays;
import java.util.List;

/** Carries out the ablations of several variants of the same prompts, run as one batch, variant by variant. */
final class VariantEdits implements Probe {
    private final List<Variant> variants;
    private final PromptGroup group;
    private final Replacements.Of replacements;
    private final boolean[] headsAblated;
    private final boolean[] mlpAblated;
    private final int nHeads;

    VariantEdits(List<Variant> variants, PromptGroup group, Replacements.Of replacements, int layers, int nHeads) {
        this.variants = variants;
        this.group = group;
        this.replacements = replacements;
        this.nHeads = nHeads;
        headsAblated = new boolean[layers];
        mlpAblated = new boolean[layers];
        for (Variant variant : variants) {
            for (ComponentId component : variant.ablated().keySet()) {
                boolean[] ablated = component instanceof ComponentId.Head ? headsAblated : mlpAblated;
                ablated[Variant.layer(component)] = true;
            }
        }
    }

    @Override
    public boolean wants(HookPoint point) {
        return switch (point.site()) {
            case Z -> headsAblated[point.layer()];
            case MLP_OUT -> mlpAblated[point.layer()];
            default -> false;
        };
    }

    /** The pass may compute the last positions only; so many of the masks and replacements are taken. */
    @Override
    public NDArray see(HookPoint point, NDArray tensor, TensorOps ops) {
        boolean heads = point.site() == Site.Z;
        int computed = Math.toIntExact(tensor.getShape().get(1));
        NDArray x = heads ? tensor : Replacements.withUnitAxis(tensor, ops); // [variant·prompt pos n d]
        NDArray replacement = replacements.at(point.site(), point.layer());
        long reach = replacement.getShape().get(1);
        if (reach > computed) {
            replacement = ops.narrow(replacement, 1, reach - computed, reach);
        }
        NDArray replaced =
                ops.replaceInVariants(x, keep(point.layer(), heads, computed, ops), replacement, variants.size());
        return heads ? replaced : ops.reshape(replaced, tensor.getShape().getShape());
    }

    /** @return [variant prompt|1 pos|1 n 1] */
    private NDArray keep(int layer, boolean heads, int computed, TensorOps ops) {
        int n = heads ? nHeads : 1;
        boolean everywhere = variants.stream().allMatch(variant -> all(variant, layer, heads, n));
        int prompts = everywhere ? 1 : group.size();
        int positions = everywhere ? 1 : computed;
        float[] keep = new float[variants.size() * prompts * positions * n];
        Arrays.fill(keep, 1);
        for (int v = 0; v < variants.size(); v++) {
            for (int h = 0; h < n; h++) {
                Places places = variants.get(v).ablated().get(component(layer, heads, h));
                for (int p = 0; places != null && p < prompts; p++) {
                    boolean[] ablated = everywhere
                            ? new boolean[] {true}
                            : places.of(group.examples().get(p).positions(), group.positions());
                    for (int t = 0; t < positions; t++) {
                        boolean here = ablated[ablated.length - positions + t];
                        keep[((v * prompts + p) * positions + t) * n + h] = here ? 0 : 1;
                    }
                }
            }
        }
        return ops.create(keep, variants.size(), prompts, positions, n, 1);
    }

    private static boolean all(Variant variant, int layer, boolean heads, int n) {
        for (int h = 0; h < n; h++) {
            Places places = variant.ablated().get(component(layer, heads, h));
            if (places != null && !places.everywhere()) {
                return false;
            }
        }
        return true;
    }

    private static ComponentId component(int layer, boolean heads, int head) {
        return heads ? new ComponentId.Head(layer, head) : new ComponentId.Mlp(layer);
    }
}
