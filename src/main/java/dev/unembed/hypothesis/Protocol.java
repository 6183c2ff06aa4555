package dev.unembed.hypothesis;

import dev.unembed.engine.circuit.Ablation;
import dev.unembed.engine.circuit.Universe;
import org.jspecify.annotations.Nullable;

/**
 * How a circuit is tested: its declaration, in the words of {@code circuit-test}, which also says what can't be.
 *
 * @param universe what the complement ranges over
 * @param ablation what an ablated component writes instead
 * @param reference whose mean
 * @param positions where components are ablated
 * @param randomCircuits how many random circuits of the same size the claim is held against, per null model
 * @param sweep whether the other protocols are tried too
 * @param minDifference an example whose |logit difference| is below counts as undefined, in logits
 */
public record Protocol(
        Universe.Members universe,
        Ablation.Value ablation,
        Ablation.Reference reference,
        Universe.Positions positions,
        int randomCircuits,
        boolean sweep,
        double minDifference) {
    public static final Protocol USUAL = new Protocol(
            Universe.Members.HEADS,
            Ablation.Value.MEAN,
            Ablation.Reference.SET,
            Universe.Positions.ALL,
            100,
            false,
            0.1);

    /** A protocol as a request gives it: what is absent stays as it is. */
    public record Change(
            @Nullable String universe,
            @Nullable String ablation,
            @Nullable String reference,
            @Nullable String positions,
            @Nullable Integer randomCircuits,
            @Nullable Boolean sweep,
            @Nullable Double minDifference) {
        /** @throws dev.unembed.engine.InvalidInput listing the known names */
        Protocol over(Protocol base) {
            return new Protocol(
                    universe == null ? base.universe : Universe.Members.of(universe),
                    ablation == null ? base.ablation : Ablation.Value.of(ablation),
                    reference == null ? base.reference : Ablation.Reference.of(reference),
                    positions == null ? base.positions : Universe.Positions.of(positions),
                    randomCircuits == null ? base.randomCircuits : randomCircuits,
                    sweep == null ? base.sweep : sweep,
                    minDifference == null ? base.minDifference : minDifference);
        }
    }
}
