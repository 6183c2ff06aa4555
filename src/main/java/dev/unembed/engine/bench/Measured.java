package dev.unembed.engine.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.unembed.engine.bench.Contest.Contender;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

/**
 * What one contest gave.
 *
 * @param wall [contender round] seconds
 * @param cpu [contender round] seconds of all threads of this process
 * @param peakBytes [contender] resident memory at its highest, above what was resident before; negative where the
 *     system doesn't tell
 */
record Measured(Contest contest, double[][] wall, double[][] cpu, long[] peakBytes) {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** Warms up until the just-in-time compiler has seen the loops, then lets everybody run once per round. */
    static Measured of(Contest contest, int rounds) {
        List<Contender> contenders = contest.contenders();
        Measured result = new Measured(
                contest,
                new double[contenders.size()][rounds],
                new double[contenders.size()][rounds],
                new long[contenders.size()]);
        for (int c = 0; c < contenders.size(); c++) {
            Runnable work = contenders.get(c).work();
            work.run();
            result.peakBytes[c] = ResidentMemory.peakAbove(work);
        }
        for (int round = 0; round < rounds; round++) {
            for (int c = 0; c < contenders.size(); c++) {
                long cpu = SYSTEM.getProcessCpuTime();
                long wall = System.nanoTime();
                contenders.get(c).work().run();
                result.wall[c][round] = (System.nanoTime() - wall) / 1e9;
                result.cpu[c][round] = (SYSTEM.getProcessCpuTime() - cpu) / 1e9;
            }
        }
        return result;
    }

    Spread wall(int contender) {
        return Spread.of(wall[contender]);
    }

    Spread cpu(int contender) {
        return Spread.of(cpu[contender]);
    }

    /** To the first contender's time of the same round. */
    Spread ratio(double[][] seconds, int contender) {
        double[] ratios = new double[seconds[contender].length];
        Arrays.setAll(ratios, round -> seconds[contender][round] / seconds[0][round]);
        return Spread.of(ratios);
    }

    /** A target's figure over the rounds, by CPU time: a neighbour on the machine changes it least. */
    Spread figure(Contest.Target target) {
        double[] figures = new double[cpu[0].length];
        for (int round = 0; round < figures.length; round++) {
            double[] seconds = new double[cpu.length];
            for (int c = 0; c < seconds.length; c++) {
                seconds[c] = cpu[c][round];
            }
            figures[round] = target.figure().of(seconds);
        }
        return Spread.of(figures);
    }

    /** The middle of some numbers, and where the middle half of them lies. */
    record Spread(double low, double median, double high) {
        static Spread of(double[] values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            return new Spread(quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75));
        }

        private static double quantile(double[] sorted, double share) {
            double place = share * (sorted.length - 1);
            int below = (int) place;
            int above = Math.min(below + 1, sorted.length - 1);
            return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
        }
    }
}
