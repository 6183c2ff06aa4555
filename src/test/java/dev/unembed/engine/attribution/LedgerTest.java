package dev.unembed.engine.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LedgerTest {
    private static Ledger ledger(double logitDifference, double... votes) {
        return new Ledger(votes, logitDifference, -1, -2, 1, true);
    }

    @Test
    void theResidualIsWhatTheVotesDontExplain() {
        Ledger ledger = ledger(3.5, 1, 2, 0.25);
        assertThat(ledger.sum()).isEqualTo(3.25);
        assertThat(ledger.residual()).isCloseTo(-0.25, within(1e-12));
    }

    @Test
    void itClosesWithinTheToleranceOfTheDifferenceButNotOfLessThanOne() {
        assertThat(ledger(100, 100.09).closes(1e-3)).isTrue();
        assertThat(ledger(100, 100.11).closes(1e-3)).isFalse();
        assertThat(ledger(-100, -100.09).closes(1e-3)).isTrue();
        assertThat(ledger(0.01, 0.0109).closes(1e-3)).isTrue();
        assertThat(ledger(0.01, 0.0112).closes(1e-3)).isFalse();
    }

    @Test
    void whatIsNoNumberDoesNotClose() {
        assertThat(ledger(1, Double.NaN).closes(1e-3)).isFalse();
        assertThat(ledger(Double.NaN, 1).closes(1e-3)).isFalse();
        assertThat(ledger(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY).closes(1e-3))
                .isFalse();
    }
}
