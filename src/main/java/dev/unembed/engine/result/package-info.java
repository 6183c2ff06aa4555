/**
 * What leaves the engine: sealed records of plain arrays, and their files.
 * {@link dev.unembed.engine.result.LensGrid} is over layers and positions,
 * {@link dev.unembed.engine.result.ComponentScores} over a model's components and examples;
 * {@link dev.unembed.engine.result.ResultFiles} writes and reads them.
 */
@NullMarked
package dev.unembed.engine.result;

import org.jspecify.annotations.NullMarked;
