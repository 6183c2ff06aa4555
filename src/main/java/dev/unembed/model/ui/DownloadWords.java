package dev.unembed.model.ui;

import dev.unembed.base.ui.Figures;
import dev.unembed.model.DownloadDetails;
import dev.unembed.model.DownloadStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Downloads in words. */
final class DownloadWords {
    private static final int COMMIT_SHOWN = 7;

    private DownloadWords() {}

    /** {@code 123 MB of 269 MB · 12 MB/s · about 12 s left · Fetches model.safetensors}: what is known of it. */
    static String progress(DownloadDetails download) {
        if (download.status() == DownloadStatus.QUEUED) {
            return "Waits for its turn";
        }
        if (download.cancelRequested()) {
            return "Stops …";
        }
        List<String> parts = new ArrayList<>();
        if (download.totalBytes() > 0) {
            parts.add(Figures.bytes(download.doneBytes()) + " of " + Figures.bytes(download.totalBytes()));
        }
        if (download.bytesPerSecond() > 0 && download.doneBytes() < download.totalBytes()) {
            parts.add(Figures.bytes(download.bytesPerSecond()) + "/s");
        }
        Long left = download.secondsLeft();
        if (left != null) {
            parts.add("about " + Figures.duration(Duration.ofSeconds(Math.max(1, left))) + " left");
        }
        if (!download.activity().isEmpty()) {
            parts.add(download.activity());
        }
        return parts.isEmpty() ? "Starts …" : String.join(" · ", parts);
    }

    /** What a stopped one has, for someone who decides whether to go on. */
    static String kept(DownloadDetails download) {
        return download.totalBytes() > 0
                ? Figures.bytes(download.doneBytes()) + " of " + Figures.bytes(download.totalBytes()) + " are here"
                : "nothing has arrived yet";
    }

    /** {@code main · 1a2b3c4}; a revision that is the commit isn't said twice, and an empty commit isn't known yet. */
    static String revision(String revision, String commit) {
        String shown = commit.substring(0, Math.min(COMMIT_SHOWN, commit.length()));
        return revision.equals(commit) ? shown : shown.isEmpty() ? revision : revision + " · " + shown;
    }
}
