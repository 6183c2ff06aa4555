package dev.unembed.model;

import dev.unembed.base.Conflict;
import dev.unembed.engine.InvalidInput;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Puts models in place at start, in the background: the bundled demo first, then every sub-folder of {@code
 * UNEMBED_MODELS}. Big folders take their time to be hashed once; the application answers meanwhile.
 */
@ApplicationScoped
public class ModelInstaller {
    /** Fired on the installer's thread when the bundled demo model is registered; at every start. */
    public record DemoModelReady(String name) {}

    private static final String DEMO = "demo";
    private static final String RESOURCES = "models/demo/";
    /** Named, because a class path can't be listed. All but the first two may be absent. */
    private static final List<String> DEMO_FILES = List.of(
            "config.json", "model.safetensors", "generation_config.json", "tokenizer.json", "tokenizer_config.json");

    private final ModelRegistry registry;
    private final ModelsConfig config;
    private final Event<DemoModelReady> demoReady;
    private final String role;
    private final Path demoFolder;
    private volatile boolean ready;
    private volatile boolean stopping;
    private @Nullable Thread thread;

    ModelInstaller(
            ModelRegistry registry,
            ModelsConfig config,
            Event<DemoModelReady> demoReady,
            @ConfigProperty(name = "unembed.role", defaultValue = "all") String role,
            @ConfigProperty(name = "unembed.data", defaultValue = "data") Path data) {
        this.registry = registry;
        this.config = config;
        this.demoReady = demoReady;
        this.role = role;
        this.demoFolder = data.resolve("models").resolve(DEMO);
    }

    /** Whether the demo model is registered, or never will be in this process. */
    boolean isReady() {
        return ready;
    }

    void start(@Observes @Priority(5_000) StartupEvent event) {
        if (role.equals("worker")) {
            ready = true; // the web role registers; a worker only reads
            return;
        }
        thread = Thread.ofPlatform().name("model-installer").daemon().start(this::install);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping = true;
        if (thread != null) {
            thread.join(2_000);
        }
    }

    private void install() {
        try {
            if (unpackDemo()) {
                register(DEMO, demoFolder);
            }
        } catch (IOException e) {
            Log.errorf(e, "The demo model could not be unpacked into %s", demoFolder);
        } finally {
            ready = true;
        }
        try {
            demoReady.fire(new DemoModelReady(DEMO));
        } catch (RuntimeException e) {
            Log.error("What was to happen once the demo model is there failed", e);
        }
        config.folder().ifPresent(this::registerSubfolders);
    }

    private void registerSubfolders(Path parent) {
        try (Stream<Path> entries = Files.list(parent)) {
            List<Path> folders = entries.filter(Files::isDirectory)
                    .filter(folder -> !folder.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
            for (Path folder : folders) {
                register(folder.getFileName().toString(), folder);
            }
        } catch (IOException e) {
            Log.warnf("UNEMBED_MODELS names %s, which can't be listed: %s", parent, e);
        }
    }

    private void register(String name, Path folder) {
        if (stopping) {
            return;
        }
        try {
            String outcome = registry.registerAtStart(name, folder);
            Log.infof("Model folder %s: %s", folder, outcome);
        } catch (InvalidInput | Conflict | UncheckedIOException e) {
            Log.warnf("Model folder %s is skipped: %s", folder, e.getMessage());
        } catch (RuntimeException e) {
            if (!stopping) {
                Log.errorf(e, "Model folder %s is skipped", folder);
            }
        }
    }

    /** @return false when this build bundles no demo */
    private boolean unpackDemo() throws IOException {
        if (isComplete(demoFolder)) {
            return true;
        }
        Files.createDirectories(demoFolder.getParent());
        Path unpacked = Files.createTempDirectory(demoFolder.getParent(), ".demo-");
        try {
            for (String name : DEMO_FILES) {
                try (InputStream resource = resource(name)) {
                    if (resource != null) {
                        Files.copy(resource, unpacked.resolve(name));
                    }
                }
            }
            if (!Files.exists(unpacked.resolve("model.safetensors"))) {
                Log.info("This build bundles no demo model");
                return false;
            }
            // a folder that is there but not whole makes way; a rename shows all files at once or none
            if (Files.exists(demoFolder)) {
                ModelPlaces.delete(demoFolder);
            }
            try {
                Files.move(unpacked, demoFolder, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
                Log.debug("Another process unpacked the demo model first");
            }
            return true;
        } finally {
            ModelPlaces.delete(unpacked);
        }
    }

    private static boolean isComplete(Path folder) throws IOException {
        for (String name : DEMO_FILES) {
            try (InputStream resource = resource(name)) {
                Path file = folder.resolve(name);
                if (resource != null && (!Files.isRegularFile(file) || Files.size(file) != length(resource))) {
                    return false;
                }
            }
        }
        return Files.exists(folder.resolve("model.safetensors"));
    }

    private static long length(InputStream resource) throws IOException {
        return resource.transferTo(OutputStream.nullOutputStream());
    }

    private static @Nullable InputStream resource(String name) {
        return Thread.currentThread().getContextClassLoader().getResourceAsStream(RESOURCES + name);
    }
}
