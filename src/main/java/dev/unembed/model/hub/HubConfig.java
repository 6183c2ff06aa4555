package dev.unembed.model.hub;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Where models are downloaded from, and with how much patience. */
@ConfigMapping(prefix = "unembed.hub")
public interface HubConfig {
    /** The hub's address (environment: {@code UNEMBED_HUB_URL}); change it for a mirror inside an institution. */
    @WithDefault("https://huggingface.co")
    URI url();

    /**
     * Token for private and gated models, used where a request brings none (environment: {@code UNEMBED_HUB_TOKEN}, or
     * {@code HF_TOKEN}). Sent to the hub only, never to a host it redirects to.
     */
    Optional<String> token();

    /** How many models are downloaded at the same time; more wait. */
    @WithDefault("2")
    int parallel();

    /** How often in a row a request may fail before the download is given up; what arrived is kept. */
    @WithDefault("6")
    int attempts();

    /** The pause after the first failure; it doubles with every further one. */
    @WithDefault("1S")
    Duration pause();

    /** The longest pause; a hub that asks for a longer one (Retry-After) ends the download with a word when to resume. */
    @WithDefault("5M")
    Duration longestPause();

    /** After this long without an answer or a byte a connection counts as lost. */
    @WithDefault("30S")
    Duration silence();

    /** Disk space that a download leaves free, for the database and everything else. */
    @WithDefault("1G")
    MemorySize reserve();
}
