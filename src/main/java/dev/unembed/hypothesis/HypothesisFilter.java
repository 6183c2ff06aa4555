package dev.unembed.hypothesis;

import org.jspecify.annotations.Nullable;

/**
 * Which hypotheses, newest first; null means any.
 *
 * @param workspaceId null for all of the actor's workspaces
 * @param q words found in title or claim
 * @param before only those with a smaller id: where the last page ended
 */
public record HypothesisFilter(
        @Nullable Long workspaceId,
        @Nullable String model,
        @Nullable HypothesisState state,
        @Nullable String q,
        int limit,
        @Nullable Long before) {
    public static HypothesisFilter of(long workspaceId) {
        return new HypothesisFilter(workspaceId, null, null, null, 50, null);
    }
}
