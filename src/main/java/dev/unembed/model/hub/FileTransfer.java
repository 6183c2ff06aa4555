package dev.unembed.model.hub;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Brings one file of a commit here, whole or not at all.
 *
 * <p>The bytes grow in a partial file named after their checksum; a broken connection is taken up where it broke off. Only
 * a file whose length and checksum are right gets its name. A wrong one is thrown away and fetched once more from its start:
 * twice wrong isn't chance.
 */
final class FileTransfer {
    /** After this much a transfer counts as going on, and earlier failures are forgotten. */
    private static final long PROGRESS_BYTES = 1 << 20;

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");
    private static final int SHOWN = 12;

    private final HubClient client;
    private final HubModel model;
    private final String commit;
    private final DownloadMeter meter;

    FileTransfer(HubClient client, HubModel model, String commit, DownloadMeter meter) {
        this.client = client;
        this.model = model;
        this.commit = commit;
        this.meter = meter;
    }

    /**
     * @param target is left as it is if it has the right content already
     * @param partials exists
     */
    void fetch(HubFile file, Path target, Path partials) throws IOException, InterruptedException {
        if (isThere(file, target)) {
            meter.settled(file.bytes());
            return;
        }
        Path partial = partials.resolve(file.partialName());
        Retries retries = client.retries();
        boolean restarted = false;
        while (true) {
            meter.activity("Fetches " + file.name());
            long before = lengthOf(partial);
            try {
                Optional<String> wrong = attempt(file, partial);
                if (wrong.isEmpty()) {
                    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                    meter.settled(file.bytes());
                    return;
                }
                Files.deleteIfExists(partial);
                if (restarted) {
                    throw new HubFailure(model + ", " + file.name() + ": " + wrong.get()
                            + ", twice. The hub or something in between delivers another file than it names; nothing of"
                            + " it is kept. Resume later.");
                }
                restarted = true;
            } catch (TryAgain e) {
                forgiveAfterProgress(retries, before, partial);
                retries.failed(file.name(), String.valueOf(e.getMessage()), e.pause);
            } catch (Unwritable e) {
                throw new HubFailure(
                        file.name() + " can't be written: " + e.getMessage()
                                + ". Make room and resume; what has arrived is kept.",
                        e);
            } catch (IOException e) {
                forgiveAfterProgress(retries, before, partial);
                retries.failed(file.name(), HubClient.why(e), null);
            }
        }
    }

    private static void forgiveAfterProgress(Retries retries, long before, Path partial) throws IOException {
        if (lengthOf(partial) - before >= PROGRESS_BYTES) {
            retries.progressed();
        }
    }

    /** What was left behind by an earlier run is read again: nothing says that it was not touched. */
    private boolean isThere(HubFile file, Path target) throws IOException {
        if (!Files.isRegularFile(target) || Files.size(target) != file.bytes()) {
            return false;
        }
        meter.activity("Checks " + file.name());
        return file.checksum().isPresent() && file.checksum().get().isOf(target);
    }

    /** @return what is wrong with the bytes that came; empty when the partial file is whole and right */
    private Optional<String> attempt(HubFile file, Path partial) throws IOException, InterruptedException {
        long from = lengthOf(partial);
        if (from > file.bytes()) {
            Files.delete(partial);
            from = 0;
        }
        if (from == file.bytes() && from > 0) {
            meter.current(from);
            return verified(file, file.checksum(), partial, null);
        }
        try (HubClient.Answer answer = client.get(client.file(model, commit, file.name()), from)) {
            if (answer.status() == 416 && from > 0) {
                return Optional.of("the hub has no byte " + from + " of it (416)");
            }
            if (answer.status() != 200 && answer.status() != 206) {
                throw client.refusals().of(answer.status(), answer.headers(), model, file.name());
            }
            Optional<Checksum> expected = expected(file, answer.linked());
            if (answer.linked().isPresent() && !answer.linked().equals(expected)) {
                return Optional.of(
                        "it is now another file, " + answer.linked().get() + " instead of " + expected.get());
            }
            long starts = answer.status() == 206 ? start(answer, file) : 0;
            if (starts != 0 && starts != from) {
                return Optional.of("the hub sends it from byte " + starts + " instead of " + from);
            }
            return receive(answer.body(), file, expected, partial, starts);
        }
    }

    /** The list's; but a hash of another kind in the answer means that the list names a pointer to the file. */
    private static Optional<Checksum> expected(HubFile file, Optional<Checksum> linked) {
        Optional<Checksum> listed = file.checksum();
        boolean sameKind = listed.isPresent()
                && (linked.isEmpty() || listed.get().kind() == linked.get().kind());
        return sameKind ? listed : linked;
    }

    /** Where a part begins; -1 when it isn't a part of this file. */
    private static long start(HubClient.Answer answer, HubFile file) {
        Matcher range = CONTENT_RANGE.matcher(
                answer.headers().firstValue("Content-Range").orElse(""));
        boolean sound =
                range.matches() && (range.group(3).equals("*") || Long.parseLong(range.group(3)) == file.bytes());
        return sound ? Long.parseLong(range.group(1)) : -1;
    }

    /** @param starts 0 to write the file anew, or its present length */
    private Optional<String> receive(
            InputStream body, HubFile file, Optional<Checksum> expected, Path partial, long starts)
            throws IOException, InterruptedException {
        @Nullable
        MessageDigest digest =
                expected.map(checksum -> checksum.start(file.bytes())).orElse(null);
        if (digest != null && starts > 0) {
            Checksum.feed(digest, partial);
        }
        long length = starts;
        byte[] buffer = new byte[1 << 17];
        try (OutputStream out = open(partial, starts > 0)) {
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                length += count;
                if (length > file.bytes()) {
                    return Optional.of("more than the " + file.bytes() + " bytes of the hub's list came");
                }
                write(out, buffer, count);
                if (digest != null) {
                    digest.update(buffer, 0, count);
                }
                meter.received(count);
                if (Thread.interrupted()) {
                    throw new InterruptedException("stopped");
                }
            }
        }
        if (length < file.bytes()) {
            throw new IOException(length + " of " + file.bytes() + " bytes came");
        }
        return verified(file, expected, partial, digest);
    }

    private Optional<String> verified(
            HubFile file, Optional<Checksum> expected, Path partial, @Nullable MessageDigest fed) throws IOException {
        if (expected.isEmpty()) {
            return Optional.empty();
        }
        MessageDigest digest = fed;
        if (digest == null) {
            meter.activity("Checks " + file.name());
            digest = expected.get().start(file.bytes());
            Checksum.feed(digest, partial);
        }
        String came = HexFormat.of().formatHex(digest.digest());
        return came.equals(expected.get().hex())
                ? Optional.empty()
                : Optional.of("expected " + expected.get() + ", came " + came.substring(0, SHOWN) + "…");
    }

    /** The disk's fault, as opposed to the network's. */
    private static final class Unwritable extends IOException {
        Unwritable(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Not a channel: interrupting the thread, which is how a download is stopped, must not lose what was written. */
    private static OutputStream open(Path partial, boolean append) throws Unwritable {
        try {
            return new FileOutputStream(partial.toFile(), append);
        } catch (IOException e) {
            throw new Unwritable(e);
        }
    }

    private static void write(OutputStream out, byte[] buffer, int count) throws Unwritable {
        try {
            out.write(buffer, 0, count);
        } catch (IOException e) {
            throw new Unwritable(e);
        }
    }

    private static long lengthOf(Path file) throws IOException {
        return Files.isRegularFile(file) ? Files.size(file) : 0;
    }
}
