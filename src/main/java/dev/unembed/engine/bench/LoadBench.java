package dev.unembed.engine.bench;

import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.bench.Contest.Contender;
import dev.unembed.engine.safetensors.Dtype;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opening and loading, with files in the page cache: fp32 is mapped, 16-bit types are converted as they stream by. */
final class LoadBench implements Benchmark {
    @Override
    public String name() {
        return "load";
    }

    @Override
    public List<Contest> contests(BenchModels models) {
        List<Contest> contests = new ArrayList<>();
        contests.add(contest("GPT-2-small, fp32 mapped", models.gpt2Folder(Dtype.F32)));
        contests.add(contest("GPT-2-small, bf16 streamed", models.gpt2Folder(Dtype.BF16)));
        models.smolLm2Folder().ifPresent(folder -> contests.add(contest("SmolLM2-135M, bf16 streamed", folder)));
        return contests;
    }

    private static Contest contest(String title, Path folder) {
        return new Contest(
                title,
                List.of(new Contender(
                        "load", () -> ModelFolder.open(folder).load().close())),
                List.of());
    }
}
