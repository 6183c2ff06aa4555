package dev.unembed.run.ui;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs as the service would describe them. */
final class RunsForTests {
    private static final Instant CREATED = Instant.parse("2026-11-23T12:00:00Z");

    private RunsForTests() {}

    static RunDetails run(long id) {
        return run(id, RunStatus.QUEUED);
    }

    static RunDetails run(long id, RunStatus status) {
        return run(id, status, 0, 0, false);
    }

    static RunDetails run(long id, RunStatus status, long done, long total, boolean cancelRequested) {
        return run(id, status, done, total, cancelRequested, null);
    }

    static RunDetails run(
            long id,
            RunStatus status,
            long done,
            long total,
            boolean cancelRequested,
            RunDetails.@Nullable Checkpoint checkpoint) {
        boolean started = status != RunStatus.QUEUED;
        return new RunDetails(
                id,
                1,
                "Demo",
                "lens",
                "demo",
                "0".repeat(64),
                "Run " + id,
                List.of(),
                status,
                0,
                done,
                total,
                0,
                cancelRequested,
                status == RunStatus.QUEUED ? 3 : null,
                "admin",
                JsonNodeFactory.instance.objectNode(),
                "The capital of France is",
                0,
                "1",
                started ? "cpu-1" : null,
                started ? "cpu" : null,
                null,
                checkpoint,
                null,
                null,
                started ? 1 : 0,
                CREATED,
                started ? CREATED.plusSeconds(1) : null,
                status.isFinal() ? CREATED.plusMillis(1900) : null);
    }
}
