package dev.unembed.engine.attribution;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ledgers of a set of prompts.
 *
 * @param decomposition what the votes of every ledger stand for
 * @param ledgers one per question, in their order
 * @param drillDown where it was asked for
 */
public record Attribution(
        ResidualDecomposition decomposition,
        List<Ledger> ledgers,
        @Nullable DrillDown drillDown) {
    public Attribution {
        ledgers = List.copyOf(ledgers);
    }
}
