package dev.unembed.worker;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.ResourcesExhausted;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.experiment.Experiment;
import dev.unembed.engine.experiment.RunStopped;
import dev.unembed.engine.result.Result;
import dev.unembed.engine.result.ResultFiles;
import dev.unembed.model.ModelRegistry;
import dev.unembed.run.ExperimentCatalogue;
import dev.unembed.run.ParamsReader;
import dev.unembed.run.RunClaims;
import dev.unembed.run.RunClaims.Claim;
import dev.unembed.run.RunDetails.Failure;
import io.quarkus.logging.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPOutputStream;

/**
 * One run from claim to end: take it, lease its model, compute, store. Whatever is thrown on the way becomes one of three
 * kinds of failure, and the run ends; only what prevents even that from being written leaves the run to be revived.
 */
final class RunExecution {
    /** What becomes of the run's place in the queue. */
    enum Outcome {
        /** The run ended, or is none of this worker's business any more. */
        DONE,
        /** The worker is stopping: the run waits again. */
        PUT_BACK
    }

    private final RunClaims claims;
    private final ExperimentCatalogue experiments;
    private final ParamsReader params;
    private final ModelRegistry models;
    private final LoadedModels loadedModels;
    private final String worker;
    private final int deathsPerRun;
    private final BooleanSupplier stopping;
    private final Runnable modelsChanged;

    RunExecution(
            RunClaims claims,
            ExperimentCatalogue experiments,
            ParamsReader params,
            ModelRegistry models,
            LoadedModels loadedModels,
            String worker,
            int deathsPerRun,
            BooleanSupplier stopping,
            Runnable modelsChanged) {
        this.claims = claims;
        this.experiments = experiments;
        this.params = params;
        this.models = models;
        this.loadedModels = loadedModels;
        this.worker = worker;
        this.deathsPerRun = deathsPerRun;
        this.stopping = stopping;
        this.modelsChanged = modelsChanged;
    }

    Outcome execute(long runId) {
        Optional<Claim> taken = claims.take(runId, worker);
        if (taken.isEmpty()) {
            Log.debugf("Run %d has ended already or is gone", runId);
            return Outcome.DONE;
        }
        Claim claim = taken.get();
        if (claim.cancelRequested()) {
            claims.cancel(claim);
            return Outcome.DONE;
        }
        if (claim.deaths() >= deathsPerRun) {
            claims.fail(
                    claim,
                    new Failure(
                            "resources",
                            "Workers died " + claim.deaths()
                                    + " times while computing this run, so it is given up. Mostly"
                                    + " that is too little memory: try a shorter prompt or a smaller model, or ask who runs"
                                    + " the workers."));
            return Outcome.DONE;
        }
        try {
            return compute(claim);
        } catch (StoredRunContext.Cancelled e) {
            claims.cancel(claim);
            return Outcome.DONE;
        } catch (StoredRunContext.Stopping e) {
            return putBack(claim);
        } catch (RunStopped e) {
            Log.infof("Run %d, attempt %d: %s", runId, claim.attempt(), e.getMessage());
            return Outcome.DONE;
        } catch (InterruptedException e) {
            // an executor that runs out of patience interrupts; the place in the queue is still to be kept
            Outcome outcome = putBack(claim);
            Thread.currentThread().interrupt();
            return outcome;
        } catch (Throwable e) {
            if (stopping.getAsBoolean() && !(e instanceof InvalidInput)) {
                // shutting down takes things away under a computation; that is not the run's fault
                Log.infof("Run %d is put back, the worker is stopping: %s", runId, e);
                return putBack(claim);
            }
            claims.fail(claim, failure(claim, e));
            return Outcome.DONE;
        }
    }

    private Outcome putBack(Claim claim) {
        return claims.putBack(claim) ? Outcome.PUT_BACK : Outcome.DONE;
    }

    private Outcome compute(Claim claim) throws InterruptedException {
        Result result = compute(claim, experiments.byKind(claim.kind()));
        byte[] blob = gzip(ResultFiles.toSafetensors(result));
        if (!claims.succeed(claim, blob, sha256(blob), result.summary())) {
            Log.infof(
                    "Run %d, attempt %d: another worker has it, this result is dropped",
                    claim.runId(), claim.attempt());
        }
        return Outcome.DONE;
    }

    private <P extends Record, R extends Result> R compute(Claim claim, Experiment<P, R> experiment)
            throws InterruptedException {
        ModelFolder folder = models.verifiedFolder(claim.modelId());
        P read = params.read(experiment, claim.params());
        experiment.validate(read, folder);
        StoredRunContext context = new StoredRunContext(claim, claims, stopping);
        try (LoadedModels.Lease lease = loadedModels.lease(
                claim.modelId(),
                claim.model(),
                models.get(claim.model()).digest(),
                folder,
                experiment.memoryBytes(read, folder),
                (done, total) -> context.loading())) {
            modelsChanged.run();
            if (lease.model().streamed()) {
                Log.infof("Run %d: model %s doesn't fit whole and is streamed", claim.runId(), claim.model());
            }
            context.use(lease.model());
            claims.computedOn(claim, lease.model().device() + (lease.model().streamed() ? ", streamed" : ""));
            context.check();
            try {
                return experiment.run(read, context);
            } catch (RunStopped e) {
                context.saveOffered();
                throw e;
            }
        }
    }

    private Failure failure(Claim claim, Throwable thrown) {
        return switch (thrown) {
            case InvalidInput e -> new Failure("user", messageOf(e));
            case ResourcesExhausted e -> {
                Log.warnf("Run %d: %s", claim.runId(), e.getMessage());
                yield new Failure("resources", messageOf(e));
            }
            case OutOfMemoryError e -> {
                Log.errorf(e, "Run %d: the JVM ran out of memory", claim.runId());
                yield new Failure(
                        "resources",
                        "The worker ran out of memory (its Java heap is "
                                + Runtime.getRuntime().maxMemory() / 1_000_000
                                + " MB at most). Try a shorter prompt, or give the worker more.");
            }
            default -> {
                String incident = UUID.randomUUID().toString().substring(0, 8);
                Log.errorf(thrown, "Run %d, incident %s", claim.runId(), incident);
                yield new Failure(
                        "internal",
                        "Something went wrong on our side (incident " + incident
                                + "). The worker's log says more; repeating the run may help.");
            }
        };
    }

    private static String messageOf(Throwable thrown) {
        return thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(bytes.length / 2 + 64);
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
