package dev.unembed.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.unembed.engine.bench.Contest.Contender;
import dev.unembed.engine.bench.Measured.Spread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchTest {
    @Test
    void contendersTakeTurns() {
        List<String> order = new ArrayList<>();
        Contest contest = new Contest(
                "two",
                List.of(new Contender("a", () -> order.add("a")), new Contender("b", () -> order.add("b"))),
                List.of());
        Measured measured = Measured.of(contest, 3);
        assertThat(order.subList(order.size() - 6, order.size())).containsExactly("a", "b", "a", "b", "a", "b");
        assertThat(measured.wall()[1]).hasSize(3);
    }

    @Test
    void ratiosAndTargetsAreTakenWithinARound() {
        Contest.Target target = new Contest.Target("b - a", seconds -> seconds[1] - seconds[0], 5);
        Contest contest = new Contest("two", List.of(), List.of(target));
        double[][] seconds = {{1, 10, 2}, {2, 20, 8}};
        Measured measured = new Measured(contest, seconds, seconds, new long[2]);
        assertThat(measured.ratio(seconds, 1).median()).isEqualTo(2);
        assertThat(measured.figure(target).median()).isEqualTo(6);
    }

    @Test
    void theSpreadIsTheMiddleHalf() {
        Spread spread = Spread.of(new double[] {5, 1, 4, 2, 3});
        assertThat(spread.low()).isEqualTo(2);
        assertThat(spread.median()).isEqualTo(3);
        assertThat(spread.high()).isEqualTo(4);
        assertThat(Spread.of(new double[] {1, 2}).median()).isCloseTo(1.5, within(1e-12));
    }

    @Test
    void optionsChooseBenchmarksAndModels() {
        Bench.Options options =
                Bench.Options.of(new String[] {"lens", "--rounds", "3", "--models", "m"}, Optional.of("n"));
        assertThat(options.rounds()).isEqualTo(3);
        assertThat(options.models()).contains(Path.of("m"));
        assertThat(options.chosen()).extracting(Benchmark::name).containsExactly("lens");
        assertThat(Bench.Options.of(new String[0], Optional.of("n")).models()).contains(Path.of("n"));
        assertThat(Bench.Options.of(new String[0], Optional.empty()).chosen())
                .extracting(Benchmark::name)
                .containsExactly("forward", "lens", "attribution", "patching", "ablation", "load");
    }

    @Test
    void whatIsUnknownIsNamed() {
        assertThatThrownBy(() -> Bench.Options.of(new String[] {"speed"}, Optional.empty()))
                .hasMessageContaining("'speed'")
                .hasMessageContaining("forward, lens, attribution, patching, ablation, load");
        assertThatThrownBy(() -> Bench.Options.of(new String[] {"--rounds", "none"}, Optional.empty()))
                .hasMessageContaining("'none'");
        assertThatThrownBy(() -> Bench.Options.of(new String[] {"--rounds"}, Optional.empty()))
                .hasMessageContaining("--rounds needs a value");
    }
}
