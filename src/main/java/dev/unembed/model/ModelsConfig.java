package dev.unembed.model;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.nio.file.Path;
import java.util.Optional;

/** Where models are found at start. */
@ConfigMapping(prefix = "unembed.models")
interface ModelsConfig {
    /**
     * A folder each of whose sub-folders is one model, registered at start under the sub-folder's name (environment:
     * {@code UNEMBED_MODELS}). Unset by default: then only the bundled demo is registered, and what administrators add.
     */
    @WithParentName
    Optional<Path> folder();
}
