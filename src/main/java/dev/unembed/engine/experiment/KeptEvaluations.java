package dev.unembed.engine.experiment;

import dev.unembed.engine.circuit.Evaluations;

/** The evaluations of one run, kept in its checkpoint every few seconds: who takes the run over goes on from there. */
final class KeptEvaluations {
    private static final long PAUSE_NANOS = 3_000_000_000L;

    private final ExperimentContext context;
    private final Evaluations evaluations = new Evaluations(this::changed);
    private long lastSaved = System.nanoTime();

    KeptEvaluations(ExperimentContext context) {
        this.context = context;
        context.checkpoint().ifPresent(evaluations::restore);
    }

    Evaluations evaluations() {
        return evaluations;
    }

    private void changed() {
        long now = System.nanoTime();
        if (now - lastSaved >= PAUSE_NANOS) {
            lastSaved = now;
            context.saveCheckpoint(evaluations.toBytes());
        }
    }
}
