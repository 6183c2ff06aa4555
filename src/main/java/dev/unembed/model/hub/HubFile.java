package dev.unembed.model.hub;

import java.util.Optional;

/**
 * One file of a hub's list.
 *
 * @param name without folders
 * @param checksum empty where the list tells none
 */
record HubFile(String name, long bytes, Optional<Checksum> checksum) {
    /** Under which its first bytes are kept: another content has another name, and is never appended to. */
    String partialName() {
        return name + "." + checksum.map(Checksum::hex).orElse("unnamed") + ".part";
    }
}
