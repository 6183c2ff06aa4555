package dev.unembed.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A download as it is shown.
 *
 * @param model the hub's id
 * @param commit what the revision meant when it was looked up; null before
 * @param name what the model is to be called here
 * @param activity what is being done, in words
 * @param doneBytes verified or lying there in part
 * @param totalBytes of all files needed; 0 while not known
 * @param bytesPerSecond over the last seconds; 0 while nothing comes
 * @param failure what went wrong and what to do; null unless FAILED or INTERRUPTED
 */
@Schema(description = "A model on its way from a hub.")
public record DownloadDetails(
        long id,
        String model,
        String revision,
        @Nullable String commit,
        String name,
        DownloadStatus status,
        boolean cancelRequested,
        String activity,
        long doneBytes,
        long totalBytes,
        long bytesPerSecond,
        @Nullable String failure,
        String requestedBy,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt) {
    /** At the present rate; null where there is none. */
    @JsonProperty
    public @Nullable Long secondsLeft() {
        return status == DownloadStatus.RUNNING && bytesPerSecond > 0 && totalBytes > doneBytes
                ? Long.valueOf((totalBytes - doneBytes) / bytesPerSecond)
                : null;
    }
}
