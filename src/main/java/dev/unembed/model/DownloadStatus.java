package dev.unembed.model;

/** Where a download stands. */
public enum DownloadStatus {
    QUEUED,
    RUNNING,
    SUCCEEDED,
    /** Given up; the failure says why. Can be resumed. */
    FAILED,
    CANCELLED,
    /** The process ended and with it the token that the download needs. Can be resumed with the token. */
    INTERRUPTED;

    public boolean isUnderWay() {
        return this == QUEUED || this == RUNNING;
    }

    public boolean canBeResumed() {
        return this == FAILED || this == CANCELLED || this == INTERRUPTED;
    }
}
