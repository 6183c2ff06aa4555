package dev.unembed.engine.attribution;

import org.jspecify.annotations.Nullable;

/** Adds up what batches of prompts say of the insides of heads and MLPs. */
final class DrillDownSum {
    private final double @Nullable [][][] sources;
    private final double[][] neurons;
    private final double[] mlpBiases;

    /** @param positions of every prompt, or 0 where they differ in length */
    DrillDownSum(AttributedModel model, int positions) {
        sources = positions == 0 ? null : new double[model.layers()][model.nHeads()][positions];
        neurons = new double[model.layers()][model.dMlp()];
        mlpBiases = new double[model.layers()];
    }

    /** Where a batch's parts are put, before their final scale is known. */
    EndProjection.Parts room(int batch) {
        return new EndProjection.Parts(
                sources == null ? null : new float[neurons.length][],
                new float[neurons.length][],
                new double[neurons.length][batch]);
    }

    /** @param finalScales [batch] */
    void add(EndProjection.Parts parts, double[] finalScales) {
        for (int l = 0; l < neurons.length; l++) {
            for (int e = 0; e < finalScales.length; e++) {
                mlpBiases[l] += parts.mlpBiases()[l][e] / finalScales[e];
                add(parts.neurons()[l], e, neurons[l], finalScales[e]);
                if (sources != null && parts.sources() != null) {
                    for (int h = 0; h < sources[l].length; h++) {
                        add(parts.sources()[l], e * sources[l].length + h, sources[l][h], finalScales[e]);
                    }
                }
            }
        }
    }

    private static void add(float[] rows, int row, double[] sums, double scale) {
        int from = row * sums.length;
        for (int i = 0; i < sums.length; i++) {
            sums[i] += rows[from + i] / scale;
        }
    }

    DrillDown mean(int count) {
        for (int l = 0; l < neurons.length; l++) {
            mlpBiases[l] /= count;
            divide(neurons[l], count);
            for (int h = 0; sources != null && h < sources[l].length; h++) {
                divide(sources[l][h], count);
            }
        }
        return new DrillDown(sources, neurons, mlpBiases);
    }

    private static void divide(double[] values, int by) {
        for (int i = 0; i < values.length; i++) {
            values[i] /= by;
        }
    }
}
