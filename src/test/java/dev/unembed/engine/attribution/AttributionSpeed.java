package dev.unembed.engine.attribution;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.RandomTransformer;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Transformer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Attribution of 64 prompts of 16 tokens on the shape of GPT-2 small, against one full forward pass of the same batch with
 * the logits of every position. No test: {@code main} prints the times of both.
 */
public final class AttributionSpeed implements AutoCloseable {
    private static final int PROMPTS = 64;
    private static final int TOKENS = 16;
    private static final int ROUNDS = 9;

    private final RandomTransformer model = new RandomTransformer(RandomTransformer.GPT2_SMALL, true, 1);
    private final Transformer transformer = model.transformer();
    private final DirectLogitAttribution attribution = new DirectLogitAttribution(transformer);
    private final int[][] ids = new int[PROMPTS][TOKENS];
    private final List<Question> questions = new ArrayList<>();

    public AttributionSpeed() {
        Random random = new Random(2);
        int vocabulary = transformer.blueprint().dVocab();
        for (int[] prompt : ids) {
            Arrays.setAll(prompt, i -> random.nextInt(vocabulary));
            questions.add(new Question(prompt, random.nextInt(vocabulary), random.nextInt(vocabulary)));
        }
    }

    /** The yardstick. */
    public void forward() {
        Torch.prepareThread(Torch.cores());
        try (TensorScope scope = new TensorScope()) {
            NDArray stream = transformer.streams(ids, Probe.NOTHING, scope); // [batch pos d_model]
            NDArray normalized = transformer.finalNorm().apply(stream, scope.ops());
            TensorOps.memory(transformer.unembedding().logits(normalized, scope.ops())); // [batch pos d_vocab]
        }
    }

    /** @param detail whether heads and MLPs are taken apart too */
    public Attribution attribute(boolean detail) {
        return attribution.of(questions, detail, new Meter(1));
    }

    @Override
    public void close() {
        model.close();
    }

    public static void main(String[] arguments) {
        try (AttributionSpeed speed = new AttributionSpeed()) {
            double[] forward = new double[ROUNDS];
            double[] whole = new double[ROUNDS];
            double[] plain = new double[ROUNDS];
            for (int round = -2; round < ROUNDS; round++) { // two to warm up
                int place = Math.max(0, round);
                forward[place] = seconds(speed::forward);
                whole[place] = seconds(() -> speed.attribute(true));
                plain[place] = seconds(() -> speed.attribute(false));
            }
            double pass = median(forward);
            System.out.printf(
                    "forward %.3f s; attribution %.3f s (%.2f of it), without detail %.3f s (%.2f)%n",
                    pass, median(whole), median(whole) / pass, median(plain), median(plain) / pass);
        }
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
