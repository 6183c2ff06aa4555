package dev.unembed.worker;

import dev.unembed.engine.ResourcesExhausted;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.architecture.ModelFolder.LoadProgress;
import dev.unembed.engine.architecture.ModelFolder.Residence;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Placement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Models in memory: those in use, and those that were and may be again, up to a budget. The least recently used idle one
 * goes first. Safe for several threads.
 *
 * <p>Runs are let in one by one: two loads at once would need twice the memory that was checked, and a run that waits for
 * room would never get it if smaller ones kept passing it. Nobody holds a lock while a model is loaded, so who waits sees
 * that it was cancelled.
 */
final class LoadedModels implements AutoCloseable {
    /**
     * @param bytes what it holds in memory
     * @param streamed whether its blocks are read from the files whenever a pass comes to them
     */
    record Warm(String name, long bytes, boolean streamed) {}

    /** What a run asks for. */
    private record Wanted(String name, ModelFolder folder, long runBytes, LoadProgress watch) {}

    /** A model in use; closing the lease leaves it warm. */
    final class Lease implements AutoCloseable {
        private final Loaded loaded;
        private final long runBytes;
        private boolean closed;

        private Lease(Loaded loaded, long runBytes) {
            this.loaded = loaded;
            this.runBytes = runBytes;
            loaded.leases++;
            promised += runBytes;
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
                    promised -= runBytes;
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

    private final Placement placement;
    private final long budget;
    private final LongSupplier availableMemory;
    /** By registered id, the least recently used first. */
    private final Map<Long, Loaded> loaded = new LinkedHashMap<>();
    /** Whether a run is being let in. */
    private boolean entering;
    /** What the runs that are computed need beside their models; how much of it they have taken already isn't known. */
    private long promised;

    /**
     * @param placement of every model
     * @param availableMemory bytes that its devices could give now
     */
    LoadedModels(Placement placement, long budget, LongSupplier availableMemory) {
        this.placement = placement;
        this.budget = budget;
        this.availableMemory = availableMemory;
    }

    /**
     * The model, loaded if it isn't; waits while other runs and their models fill the memory. One that doesn't fit whole is
     * streamed.
     *
     * @param digest of the registered model: one that was loaded with another digest is stale
     * @param runBytes what the run needs beside its model
     * @param watch told now and then while this waits or loads; what it throws ends it
     * @throws ResourcesExhausted naming what is needed and what there is
     */
    Lease lease(long modelId, String name, String digest, ModelFolder folder, long runBytes, LoadProgress watch)
            throws InterruptedException {
        Wanted wanted = new Wanted(name, folder, runBytes, watch);
        enter(watch);
        try {
            Optional<Lease> warm = warm(modelId, digest, wanted);
            if (warm.isPresent()) {
                return warm.get();
            }
            Loaded fresh = new Loaded(name, digest, folder.load(makeRoom(wanted), placement, watch));
            return keep(modelId, fresh, runBytes);
        } finally {
            leave();
        }
    }

    private synchronized void enter(LoadProgress watch) throws InterruptedException {
        while (entering) {
            await(watch);
        }
        entering = true;
    }

    private synchronized void leave() {
        entering = false;
        notifyAll();
    }

    private synchronized Lease keep(long modelId, Loaded fresh, long runBytes) {
        loaded.put(modelId, fresh);
        return new Lease(fresh, runBytes);
    }

    /** Only while the lock is held; others have it meanwhile. */
    private void await(LoadProgress watch) throws InterruptedException {
        watch.loaded(0, 0);
        wait(WATCH_MILLIS);
    }

    /** Most recently used first. */
    synchronized List<Warm> warm() {
        List<Warm> warm = new ArrayList<>();
        loaded.values().forEach(model -> warm.add(new Warm(model.name, model.model.bytes(), model.model.streamed())));
        return warm.reversed();
    }

    /** Where models are computed. */
    String device() {
        return placement.toString();
    }

    /** Frees every idle model. Those in use are left to the end of the process. */
    @Override
    public synchronized void close() {
        idle().forEach(this::evict);
    }

    /** Of a model that is there, if it is the right one. */
    private synchronized Optional<Lease> warm(long modelId, String digest, Wanted wanted) throws InterruptedException {
        Loaded known = loaded.remove(modelId);
        if (known == null) {
            return Optional.empty();
        }
        loaded.put(modelId, known);
        while (!known.digest.equals(digest) && known.leases > 0) {
            await(wanted.watch);
        }
        // what is streamed and idle costs nothing to open again, whole if that is possible by now
        if (known.leases == 0 && (!known.digest.equals(digest) || known.model.streamed())) {
            evict(modelId);
            return Optional.empty();
        }
        known.leases++; // so that it isn't idle while room is made
        try {
            if (!waitForMemory(wanted.runBytes, wanted.watch)) {
                throw new ResourcesExhausted(
                        "This run needs about " + megabytes(wanted.runBytes)
                                + " of memory beside model '" + wanted.name + "'; the worker's machine has "
                                + megabytes(availableMemory.getAsLong())
                                + " available. Shorten the prompt or use fewer examples, or repeat the run when less is going on.");
            }
        } finally {
            known.leases--;
        }
        return Optional.of(new Lease(known, wanted.runBytes));
    }

    /** @return how the model fits */
    private synchronized Residence makeRoom(Wanted wanted) throws InterruptedException {
        long whole = wanted.folder.memoryBytes();
        long streamed = wanted.folder.streamedBytes();
        String needed = "Model '" + wanted.name + "' needs " + megabytes(whole) + " of memory"
                + (streamed < whole ? ", or " + megabytes(streamed) + " when its blocks are streamed" : "");
        if (Math.min(whole, streamed) > budget) {
            throw new ResourcesExhausted(needed + "; this worker's models may occupy " + megabytes(budget)
                    + ". Give it more (unembed.worker.model-memory) or use a bigger machine.");
        }
        if (whole <= budget) {
            waitForBudget(whole, wanted.watch);
            if (waitForMemory(whole + wanted.runBytes, wanted.watch)) {
                return Residence.RESIDENT;
            }
        }
        if (streamed < whole) {
            waitForBudget(streamed, wanted.watch);
            if (waitForMemory(streamed + wanted.runBytes, wanted.watch)) {
                return Residence.STREAMED;
            }
        }
        throw new ResourcesExhausted(needed + ", and this run " + megabytes(wanted.runBytes)
                + " beside it; the worker's machine has " + megabytes(availableMemory.getAsLong())
                + " available. Free some there, or repeat the run when less is going on.");
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

    /**
     * Idle models make room, then the runs that are computed end.
     *
     * @return false if that isn't enough
     */
    private boolean waitForMemory(long needed, LoadProgress watch) throws InterruptedException {
        while (availableMemory.getAsLong() - promised < needed) {
            List<Long> idle = idle();
            if (!idle.isEmpty()) {
                evict(idle.getFirst());
            } else if (promised > 0) {
                await(watch);
            } else {
                return false;
            }
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
