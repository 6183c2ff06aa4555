package dev.unembed.live;

/**
 * Something changed; readers look it up.
 *
 * @param topic {@code run}, {@code model}, {@code model-download}, {@code worker}, {@code workspace}, {@code hypothesis},
 *     {@code prompt-set}; {@code queue} when a run began to wait
 */
public record Change(String topic, long id) {
    public static final String RUN = "run";
    public static final String MODEL = "model";
    public static final String MODEL_DOWNLOAD = "model-download";
    public static final String WORKER = "worker";
    public static final String QUEUE = "queue";
    public static final String HYPOTHESIS = "hypothesis";
    public static final String PROMPT_SET = "prompt-set";

    public Change {
        if (topic.isEmpty() || topic.indexOf(':') >= 0) {
            throw new IllegalArgumentException("topic is '" + topic + "'; expected a word without a colon");
        }
    }

    String payload() {
        return topic + ":" + id;
    }

    /** @throws IllegalArgumentException for a payload that {@link #payload} didn't write */
    static Change parse(String payload) {
        int colon = payload.indexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("payload is '" + payload + "'; expected topic:id");
        }
        return new Change(payload.substring(0, colon), Long.parseLong(payload.substring(colon + 1)));
    }
}
