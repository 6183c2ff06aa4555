package dev.unembed.worker;

import dev.unembed.engine.ResourcesExhausted;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.transformer.LanguageModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Models in memory: those in use, and those that were and may be again, up to a budget. The least recently used idle one
 * goes first. Safe for several threads; loading happens under the lock, because two loads at once would need twice the
 * memory that was checked.
 */
final class LoadedModels implements AutoCloseable {
    /** @param bytes what it holds in memory */
    record Warm(String name, long bytes) {}

    /** A model in use; closing the lease leaves it warm. */
    final class Lease implements AutoCloseable {
        private final Loaded loaded;
        private boolean closed;

        private Lease(Loaded loaded) {
            this.loaded = loaded;
        }

        LanguageModel model() {
            return loaded.model;
        }

        @Override
        public void close() {
            synchronized (LoadedModels.this) {
                if (!closed) {
                    closed = true;
                    loaded.leases--;
                    LoadedModels.this.notifyAll();
                }
            }
        }
    }

    private static final class Loaded {
        final String name;
        final String digest;
        final LanguageModel model;
        int leases;

        Loaded(String name, String digest, LanguageModel model) {
            this.name = name;
            this.digest = digest;
            this.model = model;
        }
    }

    private final long budget;
    private final LongSupplier availableMemory;
    /** By registered id, the least recently used first. */
    private final Map<Long, Loaded> loaded = new LinkedHashMap<>();

    /** @param availableMemory bytes that the machine could give now */
    LoadedModels(long budget, LongSupplier availableMemory) {
        this.budget = budget;
        this.availableMemory = availableMemory;
    }

    /**
     * The model, loaded if it isn't; waits while other runs' models fill the budget.
     *
     * @param digest of the registered model: one that was loaded with another digest is stale
     * @throws ResourcesExhausted naming what is needed and what there is
     */
    synchronized Lease lease(long modelId, String name, String digest, ModelFolder folder) throws InterruptedException {
        Loaded known = loaded.remove(modelId);
        if (known != null && known.digest.equals(digest)) {
            loaded.put(modelId, known);
        } else {
            if (known != null) {
                loaded.put(modelId, known);
                while (known.leases > 0) {
                    wait();
                }
                evict(modelId);
            }
            makeRoom(name, folder.memoryBytes());
            known = new Loaded(name, digest, folder.load());
            loaded.put(modelId, known);
        }
        known.leases++;
        return new Lease(known);
    }

    /** Most recently used first. */
    synchronized List<Warm> warm() {
        List<Warm> warm = new ArrayList<>();
        loaded.values().forEach(model -> warm.add(new Warm(model.name, model.model.bytes())));
        return warm.reversed();
    }

    synchronized Optional<String> device() {
        return loaded.values().stream().map(model -> model.model.device()).findFirst();
    }

    /** Frees every idle model. Those in use are left to the end of the process. */
    @Override
    public synchronized void close() {
        idle().forEach(this::evict);
    }

    private void makeRoom(String name, long needed) throws InterruptedException {
        if (needed > budget) {
            throw new ResourcesExhausted("Model '" + name + "' needs " + megabytes(needed)
                    + " of memory; this worker's models may occupy " + megabytes(budget)
                    + ". Give it more (unembed.worker.model-memory) or use a bigger machine.");
        }
        while (occupied() + needed > budget) {
            List<Long> idle = idle();
            if (idle.isEmpty()) {
                wait();
            } else {
                evict(idle.getFirst());
            }
        }
        while (availableMemory.getAsLong() < needed) {
            List<Long> idle = idle();
            if (idle.isEmpty()) {
                throw new ResourcesExhausted("Model '" + name + "' needs " + megabytes(needed)
                        + " of memory; the worker's machine has " + megabytes(availableMemory.getAsLong())
                        + " available. Free some there, or repeat the run when less is going on.");
            }
            evict(idle.getFirst());
        }
    }

    private long occupied() {
        return loaded.values().stream().mapToLong(model -> model.model.bytes()).sum();
    }

    private List<Long> idle() {
        return loaded.entrySet().stream()
                .filter(entry -> entry.getValue().leases == 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    private void evict(long modelId) {
        Loaded evicted = loaded.remove(modelId);
        if (evicted != null) {
            evicted.model.close();
        }
    }

    private static String megabytes(long bytes) {
        return Math.ceilDiv(bytes, 1_000_000) + " MB";
    }
}
