package dev.unembed.engine.attribution;

import org.jspecify.annotations.Nullable;

/**
 * What heads and MLPs are made of: parts that sum to their votes. All are means over the questions, as a head's or MLP's
 * own line in a set is.
 *
 * @param sources votes of every head by the position its value came from [layer head pos]; null where the prompts differ
 *     in length
 * @param neurons votes of every MLP by neuron [layer d_mlp]
 * @param mlpBiases what an MLP's output bias adds to its neurons [layer]
 */
@SuppressWarnings("ArrayRecordComponent")
public record DrillDown(double @Nullable [][][] sources, double[][] neurons, double[] mlpBiases) {}
