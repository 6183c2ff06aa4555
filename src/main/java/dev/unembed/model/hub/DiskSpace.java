package dev.unembed.model.hub;

import java.io.IOException;
import java.nio.file.Path;

/** How much room there is. */
@FunctionalInterface
public interface DiskSpace {
    /** Bytes that can be written where this folder lies. */
    long usableBytes(Path folder) throws IOException;
}
