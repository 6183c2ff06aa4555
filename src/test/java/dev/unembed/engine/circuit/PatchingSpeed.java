package dev.unembed.engine.circuit;

import ai.djl.ndarray.NDArray;
import com.sun.management.OperatingSystemMXBean;
import dev.unembed.engine.RandomTransformer;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.ResolvedExample;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Transformer;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Head patching of 8 pairs, per cell against one full forward pass of the same 8 prompts with the logits of every position,
 * on the shapes of GPT-2 small (144 heads, 16 tokens) and SmolLM2-135M (270 heads, 14 tokens). No test: {@code main} prints
 * the ratios. Processor time says more where others use the machine too.
 */
public final class PatchingSpeed implements AutoCloseable {
    private static final Blueprint SMOLLM2 = new Blueprint(
            30,
            576,
            49152,
            8192,
            Blueprint.Embedding.PLAIN,
            new Blueprint.Positions.Rotary(100_000, 64, new Blueprint.RotaryScaling.None(), Blueprint.Pairing.HALVES),
            new Blueprint.Norm.RmsNorm(1e-5),
            Blueprint.NormPlacement.BEFORE,
            new Blueprint.AttentionShape(9, 3, 64, 0.125),
            new Blueprint.Mlp.Gated(1536, Blueprint.Activation.SILU),
            Blueprint.Flow.SEQUENTIAL,
            null);

    private static final int PAIRS = 8;
    private static final OperatingSystemMXBean OS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final RandomTransformer model;
    private final Transformer transformer;
    private final List<ResolvedExample> examples = new ArrayList<>();

    public PatchingSpeed(Blueprint blueprint, boolean biased, int tokens) {
        model = new RandomTransformer(blueprint, biased, 1);
        transformer = model.transformer();
        Random random = new Random(2);
        for (int e = 0; e < PAIRS; e++) {
            int[] ids = random.ints(tokens, 0, blueprint.dVocab()).toArray();
            int[] corrupted = ids.clone();
            corrupted[tokens / 2] = (corrupted[tokens / 2] + 1) % blueprint.dVocab();
            examples.add(new ResolvedExample(
                    PromptExample.of("", "", ""),
                    new TokenizedPrompt(List.of(), false, List.of()),
                    ids,
                    1 + e,
                    100 + e,
                    corrupted,
                    Map.of("END", tokens - 1),
                    List.of()));
        }
    }

    /** The yardstick. */
    public void forward() {
        Torch.prepareThread(Torch.cores());
        int[][] ids = examples.stream().map(ResolvedExample::ids).toArray(int[][]::new);
        try (TensorScope scope = new TensorScope()) {
            NDArray stream = transformer.streams(ids, Probe.NOTHING, scope); // [batch pos d_model]
            NDArray normalized = transformer.finalNorm().apply(stream, scope.ops());
            TensorOps.memory(transformer.unembedding().logits(normalized, scope.ops())); // [batch pos d_vocab]
        }
    }

    public int cells() {
        return transformer.blueprint().layers()
                * transformer.blueprint().attention().nHeads();
    }

    /** @param position a name, or null for all */
    public void patchHeads(@org.jspecify.annotations.Nullable String position) {
        List<PatchingSweep.Column> columns = new ArrayList<>();
        for (int h = 0; h < transformer.blueprint().attention().nHeads(); h++) {
            columns.add(new PatchingSweep.Column("H" + h, h, -1, position));
        }
        new PatchingSweep(transformer, examples, PatchSite.HEAD, true, columns, new Meter(1)).run(new Evaluations());
    }

    @Override
    public void close() {
        model.close();
    }

    /** @return wall and processor seconds */
    private static double[] timed(Runnable work) {
        long cpu = OS.getProcessCpuTime();
        long wall = System.nanoTime();
        work.run();
        return new double[] {(System.nanoTime() - wall) / 1e9, (OS.getProcessCpuTime() - cpu) / 1e9};
    }

    private static double median(List<double[]> times, int which) {
        double[] sorted = times.stream().mapToDouble(t -> t[which]).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void measure(String name, PatchingSpeed speed, int rounds) {
        List<double[]> forward = new ArrayList<>();
        List<double[]> all = new ArrayList<>();
        List<double[]> end = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            speed.forward();
        }
        speed.patchHeads("END");
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < 5; i++) {
                forward.add(timed(speed::forward));
            }
            all.add(timed(() -> speed.patchHeads(null)));
            end.add(timed(() -> speed.patchHeads("END")));
        }
        for (int which = 0; which < 2; which++) {
            double pass = median(forward, which);
            System.out.printf(
                    "%s, %s: pass %.3f s, per cell %.3f of it at all positions, %.3f at END%n",
                    name,
                    which == 0 ? "wall" : "cpu",
                    pass,
                    median(all, which) / speed.cells() / pass,
                    median(end, which) / speed.cells() / pass);
        }
    }

    public static void main(String[] arguments) {
        int rounds = arguments.length == 0 ? 3 : Integer.parseInt(arguments[0]);
        try (PatchingSpeed speed = new PatchingSpeed(RandomTransformer.GPT2_SMALL, true, 16)) {
            measure("GPT-2 small", speed, rounds);
        }
        try (PatchingSpeed speed = new PatchingSpeed(SMOLLM2, false, 14)) {
            measure("SmolLM2", speed, rounds);
        }
    }
}
