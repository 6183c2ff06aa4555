package dev.unembed.engine.bench;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.bench.Contest.Contender;
import dev.unembed.engine.bench.Contest.Target;
import dev.unembed.engine.lens.Lens;
import dev.unembed.engine.lens.LensQuestion;
import dev.unembed.engine.lens.ResidualStreams;
import dev.unembed.engine.lens.VocabularySweep;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.Precision;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Transformer;
import java.util.ArrayList;
import java.util.List;

/**
 * The lens with all its statistics, against the matrix products it can't do without: every layer's rows times the
 * unembedding, in the sweep's own shapes, with the results thrown away.
 */
final class LensBench implements Benchmark {
    private static final int BATCH = 16;
    private static final int POSITIONS = 32;
    private static final int TOP_K = 10;

    @Override
    public String name() {
        return "lens";
    }

    @Override
    public List<Contest> contests(BenchModels models) {
        List<Contest> contests = new ArrayList<>();
        contests.add(contest(
                "GPT-2-small",
                models.gpt2Small(),
                new Target(
                        "lens on GPT-2-small: (lens - forward) / bare products",
                        seconds -> (seconds[2] - seconds[0]) / seconds[1],
                        1.25)));
        models.smolLm2()
                .ifPresent(model -> contests.add(contest(
                        "SmolLM2-135M",
                        model,
                        new Target("lens on SmolLM2-135M: lens / forward", seconds -> seconds[2] / seconds[0], 10))));
        return contests;
    }

    private static Contest contest(String name, LanguageModel model, Target target) {
        Transformer transformer = model.transformer();
        int[][] ids = BenchModels.prompts(model, BATCH, POSITIONS);
        int rows = transformer.blueprint().layers() + 1;
        return new Contest(
                "%s, %d × %d, %d layers".formatted(name, BATCH, POSITIONS, rows),
                List.of(
                        new Contender("forward pass", Passes.forward(transformer, ids)),
                        new Contender("bare matrix products", () -> products(transformer, rows * BATCH * POSITIONS)),
                        new Contender("lens, all statistics", () -> lens(transformer, ids, Precision.FP32)),
                        new Contender("lens, products in bf16", () -> lens(transformer, ids, Precision.BF16))),
                List.of(target));
    }

    private static void lens(Transformer model, int[][] ids, Precision precision) {
        Torch.prepareThread(Torch.cores());
        try (TensorScope scope = new TensorScope()) {
            Meter meter = new Meter(1);
            ResidualStreams streams = new ResidualStreams(model, ids, false, scope, meter);
            VocabularySweep.run(
                    new LensQuestion(model, new Lens.Logit(), streams.rows(), TOP_K, new int[0]),
                    meter,
                    VocabularySweep.Settings.standard(precision));
        }
    }

    private static void products(Transformer model, int rows) {
        Torch.prepareThread(Torch.cores());
        VocabularySweep.Settings settings = VocabularySweep.Settings.standard();
        int dModel = model.blueprint().dModel();
        int dVocab = model.blueprint().dVocab();
        try (TensorScope scope = new TensorScope()) {
            NDArray group = scope.ops()
                    .create(new float[VocabularySweep.GROUP_ROWS * dModel], VocabularySweep.GROUP_ROWS, dModel);
            List<Thread> cores = new ArrayList<>();
            for (int core = 0; core < settings.cores(); core++) {
                int first = core;
                Thread thread = new Thread(() -> {
                    Torch.prepareThread(1);
                    for (int done = 0; done < rows; done += VocabularySweep.GROUP_ROWS) {
                        for (int token = first * settings.blockTokens();
                                token < dVocab;
                                token += settings.cores() * settings.blockTokens()) {
                            try (TensorScope local = new TensorScope()) {
                                int end = Math.min(dVocab, token + settings.blockTokens());
                                model.unembedding()
                                        .open(token, end, local.ops())
                                        .logits(group, local.ops());
                            }
                        }
                    }
                });
                thread.start();
                cores.add(thread);
            }
            cores.forEach(LensBench::join);
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // it reads tensors of ours, so it must end first
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
