package dev.unembed.worker;

import dev.unembed.engine.ResourcesExhausted;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.architecture.ModelFolder.LoadProgress;
import dev.unembed.engine.architecture.ModelFolder.Residence;
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

    /** Between two looks at whether a run that waits shall go on. */
    private static final long WATCH_MILLIS = 200;

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
     * The model, loaded if it isn't; waits while other runs' models fill the budget. One that doesn't fit whole is streamed.
     *
     * @param digest of the registered model: one that was loaded with another digest is stale
     * @param runBytes what the run needs beside its model
     * @param watch told now and then while this waits or loads; what it throws ends it
     * @throws ResourcesExhausted naming what is needed and what there is
     */
    synchronized Lease lease(
            long modelId, String name, String digest, ModelFolder folder, long runBytes, LoadProgress watch)
            throws InterruptedException {
        Loaded known = loaded.remove(modelId);
        if (known != null) {
            loaded.put(modelId, known);
            while (!known.digest.equals(digest) && known.leases > 0) {
                await(watch);
            }
            // what is streamed and idle costs nothing to open again, whole if that is possible by now
            if (known.leases == 0 && (!known.digest.equals(digest) || known.model.streamed())) {
                evict(modelId);
                known = null;
            }
        }
        if (known == null) {
            Residence residence = makeRoom(name, folder, runBytes, watch);
            known = new Loaded(name, digest, folder.load(residence, watch));
            loaded.put(modelId, known);
        } else {
            Loaded leased = known;
            leased.leases++; // so that it isn't idle while room is made
            try {
                requireRoom(name, runBytes);
            } finally {
                leased.leases--;
            }
        }
        known.leases++;
        return new Lease(known);
    }

    private void await(LoadProgress watch) throws InterruptedException {
        wait(WATCH_MILLIS);
        watch.loaded(0, 0);
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

    /** @return how the model fits */
    private Residence makeRoom(String name, ModelFolder folder, long runBytes, LoadProgress watch)
            throws InterruptedException {
        if (Math.min(folder.memoryBytes(), folder.streamedBytes()) > budget) {
            throw new ResourcesExhausted("Model '" + name + "' needs " + megabytes(folder.memoryBytes())
                    + " of memory, or " + megabytes(folder.streamedBytes())
                    + " when its blocks are streamed; this worker's models may occupy " + megabytes(budget)
                    + ". Give it more (unembed.worker.model-memory) or use a bigger machine.");
        }
        if (folder.memoryBytes() <= budget) {
            waitForBudget(folder.memoryBytes(), watch);
            if (evictUntilAvailable(folder.memoryBytes() + runBytes)) {
                return Residence.RESIDENT;
            }
        }
        waitForBudget(folder.streamedBytes(), watch);
        if (evictUntilAvailable(folder.streamedBytes() + runBytes)) {
            return Residence.STREAMED;
        }
        throw new ResourcesExhausted("Model '" + name + "' needs " + megabytes(folder.memoryBytes())
                + " of memory, or " + megabytes(folder.streamedBytes()) + " when its blocks are streamed, and this run "
                + megabytes(runBytes) + " beside it; the worker's machine has "
                + megabytes(availableMemory.getAsLong())
                + " available. Free some there, or repeat the run when less is going on.");
    }

    /** For a run on a model that is there. */
    private void requireRoom(String name, long runBytes) {
        if (!evictUntilAvailable(runBytes)) {
            throw new ResourcesExhausted(
                    "This run needs about " + megabytes(runBytes) + " of memory beside model '" + name
                            + "'; the worker's machine has " + megabytes(availableMemory.getAsLong())
                            + " available. Shorten the prompt or use fewer examples, or repeat the run when less is going on.");
        }
    }

    private void waitForBudget(long needed, LoadProgress watch) throws InterruptedException {
        while (occupied() + needed > budget) {
            List<Long> idle = idle();
            if (idle.isEmpty()) {
                await(watch);
            } else {
                evict(idle.getFirst());
            }
        }
    }

    private boolean evictUntilAvailable(long needed) {
        while (availableMemory.getAsLong() < needed) {
            List<Long> idle = idle();
            if (idle.isEmpty()) {
                return false;
            }
            evict(idle.getFirst());
        }
        return true;
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
