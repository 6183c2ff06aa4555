package dev.unembed.engine.circuit;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.transformer.HookPoint;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.Probe;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Keeps what flows at some sites of all blocks, in native memory, for as long as its scope. */
final class Recorder implements Probe {
    private final Set<Site> sites;
    private final TensorScope owner;
    private final Map<HookPoint, NDArray> kept = new HashMap<>();

    Recorder(Set<Site> sites, TensorScope owner) {
        this.sites = sites;
        this.owner = owner;
    }

    @Override
    public boolean wants(HookPoint point) {
        return sites.contains(point.site());
    }

    @Override
    public NDArray see(HookPoint point, NDArray tensor, TensorOps ops) {
        kept.put(point, owner.keep(tensor));
        return tensor;
    }

    NDArray at(Site site, int layer) {
        NDArray tensor = kept.get(HookPoint.at(site, layer));
        if (tensor == null) {
            throw new IllegalStateException(HookPoint.at(site, layer) + " wasn't recorded");
        }
        return tensor;
    }
}
