package dev.unembed.model.hub;

/** How far a download is. Written by its thread, read by whoever shows it. */
public final class DownloadMeter {
    /**
     * @param activity what is being done, in words
     * @param doneBytes verified or lying there in part
     * @param totalBytes of all files; 0 while not known
     * @param receivedBytes came over the network since the start of this meter
     */
    public record Reading(String activity, long doneBytes, long totalBytes, long receivedBytes) {}

    private String activity = "";
    private long settledBytes;
    private long currentBytes;
    private long totalBytes;
    private long receivedBytes;

    public synchronized Reading read() {
        return new Reading(activity, settledBytes + currentBytes, totalBytes, receivedBytes);
    }

    public synchronized void activity(String words) {
        activity = words;
    }

    synchronized void total(long bytes) {
        totalBytes = bytes;
    }

    /** The current file lies there up to here. */
    synchronized void current(long bytes) {
        currentBytes = bytes;
    }

    synchronized void received(long bytes) {
        receivedBytes += bytes;
        currentBytes += bytes;
    }

    /** The current file is whole. */
    synchronized void settled(long bytes) {
        settledBytes += bytes;
        currentBytes = 0;
    }
}
