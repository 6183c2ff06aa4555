package dev.unembed.model.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unembed.model.DownloadDetails;
import dev.unembed.model.DownloadStatus;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DownloadWordsTest {
    @Test
    void progressTellsBytesRateAndTimeLeft() {
        assertThat(DownloadWords.progress(running("Fetches model.safetensors", 120_000_000, 270_000_000, 12_000_000)))
                .isEqualTo("120 MB of 270 MB · 12 MB/s · about 12 s left · Fetches model.safetensors");
    }

    @Test
    void whatIsNotKnownIsNotSaid() {
        assertThat(DownloadWords.progress(running("", 0, 0, 0))).isEqualTo("Starts …");
        assertThat(DownloadWords.progress(running("Waits 7 s: the hub answered 429", 10_000_000, 20_000_000, 0)))
                .isEqualTo("10 MB of 20 MB · Waits 7 s: the hub answered 429");
        assertThat(DownloadWords.progress(running("Reads every byte for the digest", 20_000_000, 20_000_000, 5)))
                .isEqualTo("20 MB of 20 MB · Reads every byte for the digest");
    }

    @ParameterizedTest
    @CsvSource({"main, 1a2b3c4d5e6f, main · 1a2b3c4", "1a2b3c4d5e6f, 1a2b3c4d5e6f, 1a2b3c4", "main, '', main"})
    void aRevisionIsShownWithItsCommit(String revision, String commit, String shown) {
        assertThat(DownloadWords.revision(revision, commit)).isEqualTo(shown);
    }

    private static DownloadDetails running(String activity, long done, long total, long perSecond) {
        return new DownloadDetails(
                1,
                "lab/tiny",
                "main",
                null,
                "tiny",
                DownloadStatus.RUNNING,
                false,
                activity,
                done,
                total,
                perSecond,
                null,
                "Ada",
                Instant.EPOCH,
                Instant.EPOCH,
                null);
    }
}
