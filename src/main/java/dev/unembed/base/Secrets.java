package dev.unembed.base;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Random values made at first start and kept in the data folder's {@code secrets}, readable by their owner only. Several
 * processes on one data folder see the same value.
 */
public final class Secrets {
    private static final int BYTES = 32;

    private final Path folder;

    /** @param dataFolder exists and can be written */
    public Secrets(Path dataFolder) {
        this.folder = dataFolder.resolve("secrets");
    }

    public boolean has(String name) {
        return Files.exists(folder.resolve(name));
    }

    /** The value of that name, made now if there is none: 256 bits in base64url. */
    public synchronized String getOrCreate(String name) {
        try {
            createPrivateFolder();
            // across processes; the lock file stays, removing it would race
            try (FileChannel channel = FileChannel.open(
                            folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                Path file = folder.resolve(name);
                if (!Files.exists(file)) {
                    write(file);
                }
                return Files.readString(file).strip();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Can't read or make the secret " + folder.resolve(name), e);
        }
    }

    private void createPrivateFolder() throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            restrict(folder, "rwx------");
        }
    }

    /** Whole or not at all: a half-written secret would lock its owner out. */
    private static void write(Path file) throws IOException {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh);
        restrict(fresh, "rw-------");
        Files.writeString(
                fresh,
                Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    static void restrict(Path path, String permissions) throws IOException {
        try {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        } catch (UnsupportedOperationException e) {
            // a file system without them (Windows): the user's folder is private there
        }
    }
}
