package dev.unembed.model;

import dev.unembed.account.Actor;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Reads every byte of a model's files again, in the background, and says whether they are still the registered ones. One
 * model after the other: two would only share the disk.
 */
@ApplicationScoped
class ModelVerification {
    private final RegisteredModels models;
    private final Set<Long> reading = ConcurrentHashMap.newKeySet();
    private final ExecutorService reader = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("model-verification").factory());

    ModelVerification(RegisteredModels models) {
        this.models = models;
    }

    void stop(@Observes ShutdownEvent event) {
        reader.shutdownNow();
    }

    /** Whether a reading waits or is under way in this process. */
    boolean isReading(long modelId) {
        return reading.contains(modelId);
    }

    /** Nothing happens when it is under way already. */
    void start(Actor actor, ModelDetails model) {
        ModelRegistry.requireAdmin(actor);
        if (reading.add(model.id())) {
            models.announce(model.id());
            reader.execute(() -> read(model));
        }
    }

    private void read(ModelDetails model) {
        try {
            // opened anew: a folder that is kept open remembers its digest
            String digest =
                    ModelFolder.open(Path.of(String.valueOf(model.folder()))).digest();
            reading.remove(model.id());
            models.checked(model.id(), digest, null);
        } catch (InvalidInput | UncheckedIOException e) {
            reading.remove(model.id());
            models.checked(model.id(), null, e.getMessage());
        } catch (RuntimeException e) {
            reading.remove(model.id());
            models.announce(model.id());
            Log.errorf(e, "Model '%s' could not be verified", model.name());
        }
    }
}
