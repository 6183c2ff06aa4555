package dev.unembed.engine.circuit;

import java.util.Arrays;
import java.util.Random;

/** Figures over examples. */
public final class Statistics {
    private static final int RESAMPLES = 2000;

    /** Differences that other kernels or thread counts may make: decisions don't rest on them. */
    private static final double ROUNDING = 1e-4;

    private Statistics() {}

    /** Whether a logit difference is above another by more than rounding, so that ties are decided the same everywhere. */
    public static boolean isAbove(double one, double other) {
        return one > other + ROUNDING;
    }

    public static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** Linear between neighbours, as NumPy's default. @param share 0 to 1 */
    public static double quantile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double place = share * (sorted.length - 1);
        int below = (int) Math.floor(place);
        int above = Math.min(sorted.length - 1, below + 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /**
     * What a part keeps of the whole, told in two ways: they differ when the whole is small on some examples.
     *
     * @param ratioOfMeans mean(part) / mean(whole)
     * @param meanOfRatios over the examples whose whole is at least the threshold; NaN where there is none
     * @param q25 median q75 worst of these ratios; the worst is the one farthest from 1
     * @param undefined examples whose whole is below the threshold
     */
    public record Ratios(
            double ratioOfMeans,
            double meanOfRatios,
            double q25,
            double median,
            double q75,
            double worst,
            int undefined) {}

    /** @param threshold |whole| below it: the example has no ratio */
    public static Ratios ratios(double[] part, double[] whole, double threshold) {
        double[] ratios = new double[whole.length];
        int n = 0;
        for (int i = 0; i < whole.length; i++) {
            if (Math.abs(whole[i]) >= threshold) {
                ratios[n++] = part[i] / whole[i];
            }
        }
        double[] defined = Arrays.copyOf(ratios, n);
        double ratioOfMeans = mean(part) / mean(whole);
        if (n == 0) {
            return new Ratios(ratioOfMeans, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, whole.length);
        }
        double worst = defined[0];
        for (double ratio : defined) {
            worst = Math.abs(ratio - 1) > Math.abs(worst - 1) ? ratio : worst;
        }
        return new Ratios(
                ratioOfMeans,
                mean(defined),
                quantile(defined, 0.25),
                quantile(defined, 0.5),
                quantile(defined, 0.75),
                worst,
                whole.length - n);
    }

    /** The interval that holds the ratio of means in 95 of 100 bootstrap samples of the examples. @return low, high */
    public static double[] interval(double[] part, double[] whole, long seed) {
        Random random = new Random(seed);
        double[] ratios = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            double parts = 0;
            double wholes = 0;
            for (int i = 0; i < whole.length; i++) {
                int drawn = random.nextInt(whole.length);
                parts += part[drawn];
                wholes += whole[drawn];
            }
            ratios[r] = parts / wholes;
        }
        return new double[] {quantile(ratios, 0.025), quantile(ratios, 0.975)};
    }
}
