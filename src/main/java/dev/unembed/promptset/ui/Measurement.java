package dev.unembed.promptset.ui;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.account.Actor;
import dev.unembed.engine.result.PreflightTable;
import dev.unembed.engine.result.ResultFiles;
import dev.unembed.promptset.VersionDetails;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunRequest;
import dev.unembed.run.RunService;
import dev.unembed.run.RunStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** A saved version put before a model: a run of kind {@code preflight}, and what came of it. */
final class Measurement {
    private final RunService runs;
    private RunDetails run;

    /** Submits it, or finds the identical one. */
    Measurement(RunService runs, Actor actor, VersionDetails version, String model) {
        this.runs = runs;
        ObjectNode params = JsonNodeFactory.instance.objectNode();
        params.putObject("promptSet").put("id", version.promptSet()).put("version", version.version());
        run = runs.submit(
                        actor,
                        new RunRequest(
                                version.workspaceId(),
                                "preflight",
                                model,
                                "Pre-flight: " + version.name(),
                                List.of(),
                                0,
                                params,
                                0,
                                false))
                .run();
    }

    RunDetails run() {
        return run;
    }

    /** Looks at the run again. */
    void refresh(Actor actor) {
        run = runs.get(actor, run.id());
    }

    /** One row per example; empty until the run has succeeded. */
    List<PreflightTable.Row> rows(Actor actor) {
        if (run.status() != RunStatus.SUCCEEDED) {
            return List.of();
        }
        try (GZIPInputStream in = new GZIPInputStream(
                new ByteArrayInputStream(runs.result(actor, run.id()).blob()))) {
            return ResultFiles.fromSafetensors(in.readAllBytes()) instanceof PreflightTable table
                    ? table.header().examples()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("a stored result can't be unpacked", e);
        }
    }
}
