package dev.unembed.engine.bench;

import java.util.List;

/**
 * Ways to spend time on one batch, measured in turns.
 *
 * @param title the model and the batch
 * @param contenders the first is what the others are compared with, one forward pass where there is one
 * @param targets what shall hold between them
 */
record Contest(String title, List<Contender> contenders, List<Target> targets) {
    Contest {
        contenders = List.copyOf(contenders);
        targets = List.copyOf(targets);
    }

    /** @param work runs once from beginning to end; whatever it computes is freed when it returns */
    record Contender(String name, Runnable work) {}

    /**
     * @param sentence what is compared
     * @param figure from one round's seconds of the contenders, in their order
     * @param atMost the limit
     */
    record Target(String sentence, Figure figure, double atMost) {}

    /** A number of one round. */
    interface Figure {
        double of(double[] seconds);
    }
}
