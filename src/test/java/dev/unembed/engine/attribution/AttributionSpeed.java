package dev.unembed.engine.attribution;

import ai.djl.ndarray.NDArray;
import com.sun.management.OperatingSystemMXBean;
import dev.unembed.engine.RandomTransformer;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Transformer;
import java.lang.management.ManagementFactory;
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
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 9;
    private static final OperatingSystemMXBean OS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

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

    /** What one kind of work took, per round. */
    private static final class Times {
        private final List<Double> wall = new ArrayList<>();
        private final List<Double> cpu = new ArrayList<>();

        /** Processor time says more where others use the machine too. */
        void take(Runnable work) {
            long cpuStart = OS.getProcessCpuTime();
            long start = System.nanoTime();
            work.run();
            wall.add((System.nanoTime() - start) / 1e9);
            cpu.add((OS.getProcessCpuTime() - cpuStart) / 1e9);
        }

        String against(Times other) {
            return "%.3f s (%.2f), cpu %.3f s (%.2f)"
                    .formatted(
                            median(wall),
                            median(wall) / median(other.wall),
                            median(cpu),
                            median(cpu) / median(other.cpu));
        }

        private static double median(List<Double> values) {
            return values.stream().sorted().toList().get(values.size() / 2);
        }
    }

    public static void main(String[] arguments) {
        try (AttributionSpeed speed = new AttributionSpeed()) {
            for (int round = 0; round < WARM_UP; round++) {
                speed.forward();
                speed.attribute(true);
            }
            Times forward = new Times();
            Times detailed = new Times();
            Times plain = new Times();
            for (int round = 0; round < ROUNDS; round++) {
                forward.take(speed::forward);
                detailed.take(() -> speed.attribute(true));
                plain.take(() -> speed.attribute(false));
            }
            System.out.println("forward         " + forward.against(forward));
            System.out.println("attribution     " + detailed.against(forward));
            System.out.println("without detail  " + plain.against(forward));
        }
    }
}
