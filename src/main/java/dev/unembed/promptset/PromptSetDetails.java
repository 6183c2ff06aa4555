package dev.unembed.promptset;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A set as its readers see it: the facts of its newest version.
 *
 * @param version number of the newest
 * @param count examples in it
 * @param generator name of the generator that made it, null for examples that came from elsewhere
 * @param runs how many analyses read any version of it
 */
public record PromptSetDetails(
        long id,
        long workspaceId,
        String workspace,
        String name,
        String author,
        Instant createdAt,
        int version,
        int count,
        @Nullable @Schema(nullable = true) String generator,
        String changedBy,
        Instant changedAt,
        long runs) {}
