package dev.unembed.model.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.Architecture;
import dev.unembed.engine.architecture.HuggingFaceConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One model from a hub into a folder of ours: what the revision means, which files, whether this product runs them, whether
 * there is room, and only then the weights.
 *
 * <p>The folder keeps everything between attempts: whole files in {@code model}, broken-off ones in {@code partial}. It may
 * be taken up by another process, for the same commit or another one: what still fits is used, the rest removed.
 *
 * <p>The thread is interrupted to stop it; it then throws {@link InterruptedException} or an {@link IOException}.
 */
public final class HubDownload {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HubClient client;
    private final HubModel model;
    private final DownloadMeter meter;
    private final DiskSpace disk;
    private final long reserveBytes;

    /**
     * @param token null to ask as anybody
     * @param reserveBytes left free on the disk
     */
    public HubDownload(
            HubSettings settings,
            HubModel model,
            @Nullable HubToken token,
            DiskSpace disk,
            long reserveBytes,
            DownloadMeter meter) {
        this(new HubClient(settings, token, meter, Thread::sleep), model, disk, reserveBytes, meter);
    }

    HubDownload(HubClient client, HubModel model, DiskSpace disk, long reserveBytes, DownloadMeter meter) {
        this.client = client;
        this.model = model;
        this.disk = disk;
        this.reserveBytes = reserveBytes;
        this.meter = meter;
    }

    /** The commit that the revision means now. All files are taken from it, whatever happens to the branch meanwhile. */
    public String commit() throws InterruptedException {
        meter.activity("Looks up " + model);
        return client.commit(model);
    }

    /**
     * Brings every file of the commit that is needed into {@code folder/model}.
     *
     * @return {@code folder/model}, complete, every file with the checksum the hub names
     * @throws InvalidInput when this product doesn't run such a model; the weights weren't fetched then
     * @throws HubFailure when the hub, the network or the disk doesn't let it go on
     */
    public Path fetch(String commit, Path folder) throws IOException, InterruptedException {
        Path whole = Files.createDirectories(folder.resolve("model"));
        Path partials = Files.createDirectories(folder.resolve("partial"));
        meter.activity("Lists the files of " + model);
        HubListing listing = client.listing(model, commit);
        FileTransfer transfer = new FileTransfer(client, model, commit, meter);

        HubFile config = listing.config();
        transfer.fetch(config, whole.resolve(config.name()), partials);
        requireSupported(whole);

        List<HubFile> files = new ArrayList<>(listing.companions());
        Optional<HubFile> index = listing.index();
        JsonNode shards = null;
        if (index.isPresent()) {
            Path file = whole.resolve(index.get().name());
            transfer.fetch(index.get(), file, partials);
            shards = JSON.readTree(file.toFile());
        }
        files.addAll(listing.weights(shards));

        List<HubFile> all = new ArrayList<>(files);
        all.add(config);
        index.ifPresent(all::add);
        meter.total(all.stream().mapToLong(HubFile::bytes).sum());
        keepOnly(whole, all.stream().map(HubFile::name).collect(Collectors.toSet()));
        keepOnly(partials, all.stream().map(HubFile::partialName).collect(Collectors.toSet()));
        requireRoom(files, whole, partials);
        for (HubFile file : files) {
            transfer.fetch(file, whole.resolve(file.name()), partials);
        }
        return whole;
    }

    private void requireSupported(Path folder) {
        try {
            HuggingFaceConfig config = HuggingFaceConfig.read(folder);
            Architecture.of(config).blueprint(config);
        } catch (InvalidInput e) {
            throw new InvalidInput(model + " can't be run here, so its weights weren't fetched. " + e.getMessage(), e);
        }
    }

    private void requireRoom(List<HubFile> files, Path whole, Path partials) throws IOException {
        long needed = 0;
        for (HubFile file : files) {
            needed += Math.max(
                    0,
                    file.bytes() - length(whole.resolve(file.name())) - length(partials.resolve(file.partialName())));
        }
        long free = disk.usableBytes(whole);
        if (needed > free - reserveBytes) {
            throw new HubFailure(String.format(
                    Locale.ROOT,
                    "%s needs %s more on the disk of the data folder; %s are free there, of which %s stay free"
                            + " (unembed.hub.reserve). Make room and resume.",
                    model,
                    gigabytes(needed),
                    gigabytes(free),
                    gigabytes(reserveBytes)));
        }
    }

    private static String gigabytes(long bytes) {
        return bytes < 100_000_000
                ? String.format(Locale.ROOT, "%.3f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    private static long length(Path file) throws IOException {
        return Files.isRegularFile(file) ? Files.size(file) : 0;
    }

    private static void keepOnly(Path folder, Set<String> names) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (!names.contains(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
    }
}
