package dev.unembed.model.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a file's bytes must hash to.
 *
 * @param hex lower case
 */
record Checksum(Kind kind, String hex) {
    /** Big files are named by their SHA-256, small ones by git's own hash: SHA-1 over a header and the bytes. */
    enum Kind {
        SHA_256("SHA-256"),
        GIT_BLOB("SHA-1");

        private final String algorithm;

        Kind(String algorithm) {
            this.algorithm = algorithm;
        }
    }

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHA_1 = Pattern.compile("[0-9a-f]{40}");
    private static final int SHOWN = 12;

    /** Reads an object id or an ETag; empty for anything that is no hash of these two kinds. */
    static Optional<Checksum> of(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        String hex = text.replaceFirst("^W/", "").replace("\"", "");
        if (SHA_256.matcher(hex).matches()) {
            return Optional.of(new Checksum(Kind.SHA_256, hex));
        }
        return SHA_1.matcher(hex).matches() ? Optional.of(new Checksum(Kind.GIT_BLOB, hex)) : Optional.empty();
    }

    /** A digest to be fed with a file's bytes. */
    MessageDigest start(long fileBytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance(kind.algorithm);
            if (kind == Kind.GIT_BLOB) {
                digest.update(("blob " + fileBytes + "\0").getBytes(StandardCharsets.UTF_8));
            }
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + kind.algorithm, e);
        }
    }

    boolean isOf(Path file) throws IOException {
        MessageDigest digest = start(Files.size(file));
        feed(digest, file);
        return hex.equals(HexFormat.of().formatHex(digest.digest()));
    }

    static void feed(MessageDigest digest, Path file) throws IOException {
        byte[] buffer = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
    }

    /** {@code SHA-256 0a1b2c3d4e5f…}: for sentences. */
    @Override
    public String toString() {
        return kind.algorithm + " " + hex.substring(0, SHOWN) + "…";
    }
}
