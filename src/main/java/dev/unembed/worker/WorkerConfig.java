package dev.unembed.worker;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** How this process computes. */
@ConfigMapping(prefix = "unembed.worker")
public interface WorkerConfig {
    /** What it is called on the queue page; by default the host's name and the process id. Must differ between workers. */
    Optional<String> name();

    /**
     * How many runs are computed at the same time; they share the cores evenly, unless the system property {@code
     * unembed.engine.threads} gives each a number of cores. More than one pays on machines with many cores only.
     */
    @WithDefault("1")
    int threads();

    /**
     * Where models are computed: {@code cpu}, {@code cuda:0}, or a list such as {@code cuda:0,cuda:1}, over which each model's
     * blocks are divided evenly and in order.
     */
    @WithDefault("cpu")
    String devices();

    /** Memory that models may occupy, such as {@code 8G}, used and warm ones together; by default half of
     * the machine's, or all of the GPUs'. */
    Optional<MemorySize> modelMemory();

    /** How often the queue is looked at when nothing woke the worker; a submission wakes it at once. */
    @WithDefault("2S")
    Duration pollInterval();

    /** How often a worker says that it lives. */
    @WithDefault("2S")
    Duration heartbeat();

    /** After how many missed heartbeats a worker counts as dead and its run is taken over; at least 4. */
    @WithDefault("4")
    int missedHeartbeats();

    /** How many workers may die over one run before it is given up as failed. */
    @WithDefault("3")
    int deathsPerRun();

    /** How long a stopping worker waits for its runs to reach their next progress report and go back to the queue. */
    @WithDefault("8S")
    Duration stopTimeout();
}
