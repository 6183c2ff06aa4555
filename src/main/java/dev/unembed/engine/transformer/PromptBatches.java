package dev.unembed.engine.transformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Prompts of different lengths, put together into batches that a pass can take.
 *
 * <p>Prompts of like length share a batch, the shorter ones padded on the right. That changes no number of a real position:
 * attention is causal, so nothing looks at what comes after it, and positions count from the left. What a pass gives at
 * the padding must not be read; {@link Batch#lengths} tells where it begins.
 */
public final class PromptBatches {
    private PromptBatches() {}

    /**
     * @param maxPrompts of a batch
     * @param maxTokens of a batch, padding included; a prompt that is longer has a batch of its own
     * @param maxPadding share of a batch's tokens that may be padding, from 0 to less than 1
     */
    public record Limits(int maxPrompts, int maxTokens, double maxPadding) {
        public Limits {
            if (maxPrompts < 1 || maxTokens < 1 || !(maxPadding >= 0 && maxPadding < 1)) {
                throw new IllegalArgumentException(
                        "a batch has at least one prompt and one token, and not only padding: " + maxPrompts + ", "
                                + maxTokens + ", " + maxPadding);
            }
        }

        /** 64 prompts, 2,048 tokens, an eighth of them padding: matrix products gain little from more rows. */
        public static Limits standard() {
            return new Limits(64, 2048, 0.125);
        }
    }

    /**
     * Prompts of one pass.
     *
     * @param ids [batch pos], equally long; not copied
     * @param lengths [batch] tokens that are the prompt's own
     * @param places [batch] where each prompt stands in the list that was given
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Batch(int[][] ids, int[] lengths, int[] places) {
        public int size() {
            return ids.length;
        }
    }

    /** @param prompts [prompt pos], each at least one token @return every prompt in exactly one batch, short ones first */
    public static List<Batch> of(int[][] prompts, Limits limits) {
        int[] byLength = IntStream.range(0, prompts.length)
                .boxed()
                .sorted(Comparator.comparingInt(i -> prompts[i].length))
                .mapToInt(Integer::intValue)
                .toArray();
        List<Batch> batches = new ArrayList<>();
        int start = 0;
        long own = 0;
        for (int end = 0; end < byLength.length; end++) {
            int length = prompts[byLength[end]].length;
            if (length == 0) {
                throw new IllegalArgumentException("prompt " + byLength[end] + " is empty");
            }
            if (end > start && !fits(end - start + 1, length, own + length, limits)) {
                batches.add(batch(prompts, Arrays.copyOfRange(byLength, start, end)));
                start = end;
                own = 0;
            }
            own += length;
        }
        if (start < byLength.length) {
            batches.add(batch(prompts, Arrays.copyOfRange(byLength, start, byLength.length)));
        }
        return batches;
    }

    private static boolean fits(int count, int length, long own, Limits limits) {
        long tokens = (long) count * length;
        return count <= limits.maxPrompts()
                && tokens <= limits.maxTokens()
                && tokens - own <= limits.maxPadding() * tokens;
    }

    /** @param places from the shortest prompt to the longest */
    private static Batch batch(int[][] prompts, int[] places) {
        int width = prompts[places[places.length - 1]].length;
        int[][] ids = new int[places.length][];
        int[] lengths = new int[places.length];
        for (int i = 0; i < places.length; i++) {
            int[] prompt = prompts[places[i]];
            lengths[i] = prompt.length;
            ids[i] = Arrays.copyOf(prompt, width);
            Arrays.fill(ids[i], prompt.length, width, prompt[0]); // any id that the model knows
        }
        return new Batch(ids, lengths, places);
    }
}
