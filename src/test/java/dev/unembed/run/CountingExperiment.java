package dev.unembed.run;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.ResourcesExhausted;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.experiment.Experiment;
import dev.unembed.engine.experiment.ExperimentContext;
import dev.unembed.engine.experiment.Field;
import dev.unembed.engine.experiment.LensReading;
import dev.unembed.engine.result.LensGrid;
import dev.unembed.engine.tensor.TensorScope;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Counts steps that a test lets through, one by one, and ends as the test wants: every turn of a run's life on demand. Goes on from its checkpoint. */
@Singleton
public class CountingExperiment implements Experiment<CountingExperiment.Params, LensGrid> {
    public record Params(
            @Field(label = "Prompt", input = Field.Input.PROMPT)
            String prompt,

            @Min(0) @Max(1000) @Field(label = "Steps") int steps,
            @Nullable @Field(label = "Gate") String gate,
            @Nullable @Field(label = "Ends in") String ending) {
        public Params {
            prompt = prompt == null ? "one two three" : prompt;
        }
    }

    /** Holds every run that names it until steps are let through; close it to let all of them go. */
    public static final class Gate implements AutoCloseable {
        private static final ConcurrentHashMap<String, Gate> GATES = new ConcurrentHashMap<>();

        public final String name;
        private final Semaphore steps = new Semaphore(0);
        private final Semaphore arrivals = new Semaphore(0);

        private Gate(String name) {
            this.name = name;
        }

        public static Gate closed(String name) {
            Gate gate = new Gate(name);
            GATES.put(name, gate);
            return gate;
        }

        /** Waits until one more run has begun to count. */
        public void awaitArrival() throws InterruptedException {
            if (!arrivals.tryAcquire(30, TimeUnit.SECONDS)) {
                throw new AssertionError("no run came to gate " + name);
            }
        }

        public void letThrough(int count) {
            steps.release(count);
        }

        @Override
        public void close() {
            GATES.remove(name);
            steps.release(1_000_000);
        }
    }

    private final LensReading lens;

    CountingExperiment(LensReading lens) {
        this.lens = lens;
    }

    @Override
    public String kind() {
        return "counting";
    }

    @Override
    public Class<Params> paramsType() {
        return Params.class;
    }

    @Override
    public void validate(Params params, ModelFolder model) {
        if (params.prompt().isBlank()) {
            throw new InvalidInput("prompt is blank; expected some words.");
        }
    }

    @Override
    public long memoryBytes(Params params, ModelFolder model) {
        return lens.memoryBytes(LensReading.Params.ofPrompt("The capital of France is"), model);
    }

    @Override
    public LensGrid run(Params params, ExperimentContext context) {
        Gate gate = params.gate() == null ? null : Gate.GATES.get(params.gate());
        if (gate != null) {
            gate.arrivals.release();
        }
        int counted = context.checkpoint().map(state -> (int) state[0]).orElse(0);
        for (int step = counted; step < params.steps(); step++) {
            context.progress(step, params.steps());
            await(gate, step, params, context);
            byte next = (byte) (step + 1);
            context.saveCheckpoint(() -> new byte[] {next});
        }
        switch (String.valueOf(params.ending())) {
            case "user" -> throw new InvalidInput("The thing is 3; expected 4.");
            case "resources" -> throw new ResourcesExhausted("Needs 9 GB, there are 2 GB.");
            case "allocation" -> allocateBeyondAnyMachine();
            case "memory" -> throw new OutOfMemoryError("Java heap space");
            case "internal" -> throw new IllegalStateException("a secret of the machine room");
            default -> {}
        }
        return lens.run(LensReading.Params.ofPrompt("The capital of France is"), context);
    }

    /** More than addresses reach: refused at once, without touching memory. */
    private static void allocateBeyondAnyMachine() {
        try (TensorScope scope = new TensorScope()) {
            scope.ops().allocate(1L << 48);
        }
    }

    private static void await(@Nullable Gate gate, int step, Params params, ExperimentContext context) {
        try {
            while (gate != null && !gate.steps.tryAcquire(50, TimeUnit.MILLISECONDS)) {
                context.progress(step, params.steps());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while counting", e);
        }
    }
}
