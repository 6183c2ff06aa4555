package dev.unembed.engine.bench;

import java.util.List;

/** Something whose speed is worth knowing. */
interface Benchmark {
    /** What it is asked for by on the command line. */
    String name();

    /** One per model and batch; none for models that aren't at hand. */
    List<Contest> contests(BenchModels models);
}
