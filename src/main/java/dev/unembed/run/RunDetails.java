package dev.unembed.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A run as its readers see it.
 *
 * @param prompt the first 200 characters of what was read, for lists
 * @param done steps done of {@code total}; 0 of 0 before the first report
 * @param kept steps of {@code done} that this attempt found done by an earlier one
 * @param queuePosition 1 for the next to start; null unless queued
 * @param checkpoint what was saved of an unfinished run; null where nothing was
 * @param device where it was computed: {@code cpu}, {@code cuda:0, cuda:1}; {@code cpu, streamed} where the weights were
 *     read block by block
 * @param summary facts of the result, null unless succeeded
 */
public record RunDetails(
        long id,
        long workspaceId,
        String workspace,
        String kind,
        String model,
        String modelDigest,
        String title,
        List<String> tags,
        RunStatus status,
        int priority,
        long done,
        long total,
        long kept,
        boolean cancelRequested,
        @Nullable @Schema(nullable = true) Integer queuePosition,
        String author,
        ObjectNode params,
        String prompt,
        long seed,
        String engineVersion,
        @Nullable @Schema(nullable = true) String worker,
        @Nullable @Schema(nullable = true) String device,
        @Nullable @Schema(nullable = true) Failure failure,
        @Nullable @Schema(nullable = true) Checkpoint checkpoint,
        @Nullable @Schema(nullable = true) ObjectNode summary,
        @Nullable @Schema(nullable = true) Long resultBytes,
        int attempt,
        Instant createdAt,
        @Nullable @Schema(nullable = true) Instant startedAt,
        @Nullable @Schema(nullable = true) Instant finishedAt) {

    /** How far it is, 0 to 1: 1 once it has succeeded. */
    @JsonProperty
    public double progress() {
        return status == RunStatus.SUCCEEDED ? 1 : total <= 0 ? 0 : Math.min(1, (double) done / total);
    }

    /** Whether it was stopped before its end and can go on from its checkpoint. */
    @JsonProperty
    public boolean resumable() {
        return checkpoint != null && (status == RunStatus.CANCELLED || status == RunStatus.FAILED);
    }

    /** @param done steps that needn't be computed again, of {@code total}; 0 of 0 where that isn't known */
    public record Checkpoint(long done, long total, Instant savedAt) {}

    /** @param kind {@code user}, {@code resources} or {@code internal} */
    public record Failure(String kind, String text) {}
}
