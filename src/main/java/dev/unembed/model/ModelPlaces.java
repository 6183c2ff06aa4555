package dev.unembed.model;

import dev.unembed.model.hub.HubModel;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Where in the data folder downloaded models lie: whole ones by commit, unfinished ones apart in a dot-folder. */
@ApplicationScoped
class ModelPlaces {
    private final Path models;

    ModelPlaces(@ConfigProperty(name = "unembed.data", defaultValue = "data") Path data) {
        this.models = data.toAbsolutePath().normalize().resolve("models");
    }

    /** Of one download, between its attempts. */
    Path unfinished(long downloadId) {
        return models.resolve(".downloads").resolve(String.valueOf(downloadId));
    }

    /** Of one commit of a model. */
    Path published(HubModel model, String commit) {
        return downloaded().resolve(model.id().replace("/", "--")).resolve(commit);
    }

    /** Whether the product put this folder there, and so may delete it. */
    boolean isDownloaded(Path folder) {
        Path path = folder.toAbsolutePath().normalize();
        return path.startsWith(downloaded()) && !path.equals(downloaded());
    }

    private Path downloaded() {
        return models.resolve("hub");
    }

    /** With everything in it; nothing happens when it isn't there. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
