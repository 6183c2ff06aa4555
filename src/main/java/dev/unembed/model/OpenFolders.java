package dev.unembed.model;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Model folders kept open by path, opened anew when their files changed. */
@ApplicationScoped
class OpenFolders {
    private record Open(String fingerprint, ModelFolder folder) {}

    private final ConcurrentHashMap<Path, Open> open = new ConcurrentHashMap<>();

    /** @throws InvalidInput if it isn't a model this engine runs, or isn't there */
    ModelFolder get(Path folder) {
        String fingerprint = fingerprint(folder);
        return open.compute(
                        folder,
                        (path, known) -> known != null && known.fingerprint().equals(fingerprint)
                                ? known
                                : new Open(fingerprint, ModelFolder.open(path)))
                .folder();
    }

    void forget(Path folder) {
        open.remove(folder);
    }

    /**
     * SHA-256 over names, sizes and modification times of the files that make a model.
     *
     * @throws InvalidInput if there is no such folder
     */
    static String fingerprint(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InvalidInput("Folder " + folder
                    + " is not there, or is not a folder. Give the path of a model folder" + " as the server sees it.");
        }
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> files =
                    entries.filter(OpenFolders::belongsToModel).sorted().toList();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                String line = file.getFileName() + "\t" + attributes.size() + "\t"
                        + attributes.lastModifiedTime().toInstant() + "\n";
                digest.update(line.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException("Folder " + folder + " can't be read: " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static boolean belongsToModel(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".safetensors") || name.endsWith(".json");
    }
}
