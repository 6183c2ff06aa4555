package dev.unembed.promptset;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.unembed.engine.prompt.PromptExample;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A version as its readers see it.
 *
 * @param version from 1
 * @param sha256 of the examples' canonical JSON: equal means the same examples in the same order
 * @param origin null where no generator made it
 * @param examples the list itself; left out in lists of versions
 */
public record VersionDetails(
        long promptSet,
        long workspaceId,
        String name,
        int version,
        String author,
        Instant createdAt,
        String note,
        int count,
        String sha256,
        @Nullable @Schema(nullable = true) Origin origin,
        @Nullable @JsonInclude(JsonInclude.Include.NON_NULL) List<PromptExample> examples) {

    /** @throws IllegalStateException for one of a list of versions, which has none */
    public List<PromptExample> list() {
        if (examples == null) {
            throw new IllegalStateException("read without its examples");
        }
        return examples;
    }
}
