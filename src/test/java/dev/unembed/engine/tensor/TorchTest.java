package dev.unembed.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class TorchTest {
    private static final int MACHINE = Runtime.getRuntime().availableProcessors();

    @AfterEach
    void oneRunAgain() {
        Torch.shareCoresAmong(1);
    }

    @Test
    void runsSideBySideShareTheCores() {
        Assumptions.assumeTrue(System.getProperty("unembed.engine.threads") == null, "the number is configured");
        assertThat(Torch.cores()).isEqualTo(MACHINE);
        Torch.shareCoresAmong(2);
        assertThat(Torch.cores()).isEqualTo(Math.max(1, MACHINE / 2));
        Torch.shareCoresAmong(10 * MACHINE);
        assertThat(Torch.cores()).isEqualTo(1);
    }
}
