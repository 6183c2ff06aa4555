package dev.unembed.run;

import org.jspecify.annotations.Nullable;

/**
 * Which runs of a workspace, in which order; null means any.
 *
 * @param q words found in title, prompt or tags
 * @param sort {@code created}, {@code -created} (default), {@code title}, {@code -title}, {@code finished}, {@code -finished}
 * @param cursor where the last page ended
 */
public record RunFilter(
        @Nullable Long workspaceId,
        @Nullable String kind,
        @Nullable String model,
        @Nullable RunStatus status,
        @Nullable String tag,
        @Nullable String author,
        @Nullable String q,
        String sort,
        int limit,
        @Nullable String cursor) {

    public static RunFilter of(long workspaceId) {
        return new RunFilter(workspaceId, null, null, null, null, null, null, "-created", 50, null);
    }
}
