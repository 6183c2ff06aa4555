package dev.unembed.engine.experiment;

import dev.unembed.engine.circuit.Evaluations;

/** The evaluations of one run, offered as its checkpoint: who takes the run over goes on from there. */
final class KeptEvaluations {
    private final ExperimentContext context;
    private final Evaluations evaluations = new Evaluations(this::changed);

    KeptEvaluations(ExperimentContext context) {
        this.context = context;
        context.checkpoint().ifPresent(evaluations::restore);
    }

    Evaluations evaluations() {
        return evaluations;
    }

    private void changed() {
        context.saveCheckpoint(evaluations::toBytes);
    }
}
