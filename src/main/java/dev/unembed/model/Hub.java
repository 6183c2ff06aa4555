package dev.unembed.model;

import dev.unembed.model.hub.DiskSpace;
import dev.unembed.model.hub.DownloadMeter;
import dev.unembed.model.hub.HubConfig;
import dev.unembed.model.hub.HubDownload;
import dev.unembed.model.hub.HubModel;
import dev.unembed.model.hub.HubSettings;
import dev.unembed.model.hub.HubToken;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Files;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The configured hub. */
@ApplicationScoped
class Hub {
    private final HubConfig config;
    private final HubSettings settings;
    private final DiskSpace disk = folder -> Files.getFileStore(folder).getUsableSpace();

    Hub(HubConfig config) {
        this.config = config;
        this.settings = HubSettings.of(config);
    }

    int parallel() {
        return Math.max(1, config.parallel());
    }

    /** The token of the configuration, for requests that bring none. */
    Optional<HubToken> token() {
        return config.token().filter(token -> !token.isBlank()).map(token -> new HubToken(token.strip()));
    }

    HubDownload download(HubModel model, @Nullable HubToken token, DownloadMeter meter) {
        return new HubDownload(settings, model, token, disk, config.reserve().asLongValue(), meter);
    }
}
