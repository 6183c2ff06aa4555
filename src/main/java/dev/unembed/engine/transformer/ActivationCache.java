package dev.unembed.engine.transformer;

import dev.unembed.engine.InvalidInput;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What the hooks of one forward pass captured, in the order of the pass. */
public final class ActivationCache {
    private final Map<HookPoint, Activation> activations;

    ActivationCache(Map<HookPoint, Activation> activations) {
        this.activations = Collections.unmodifiableMap(new LinkedHashMap<>(activations));
    }

    /** @throws InvalidInput if it wasn't captured */
    public Activation get(HookPoint point) {
        Activation activation = activations.get(point);
        if (activation == null) {
            throw new InvalidInput(point + " wasn't captured; captured were " + activations.keySet() + ".");
        }
        return activation;
    }

    public boolean has(HookPoint point) {
        return activations.containsKey(point);
    }

    public Set<HookPoint> points() {
        return activations.keySet();
    }
}
