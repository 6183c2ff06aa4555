/**
 * One file per kind of analysis: {@link dev.unembed.engine.experiment.Experiment} is what they have in common,
 * {@link dev.unembed.engine.experiment.LensReading} the first of them,
 * {@link dev.unembed.engine.experiment.ExperimentContext} what they are given.
 */
@NullMarked
package dev.unembed.engine.experiment;

import org.jspecify.annotations.NullMarked;
