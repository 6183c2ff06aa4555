/**
 * One file per model family: {@link dev.unembed.engine.architecture.Architecture} is what a family says about itself,
 * {@link dev.unembed.engine.architecture.ModelFolder} opens a Hugging Face folder with it,
 * {@link dev.unembed.engine.architecture.HuggingFaceConfig} reads {@code config.json} strictly.
 *
 * <p>A family translates: config keys into a {@code Blueprint}, tensor names into {@code TransformerWeights}. It computes
 * nothing. What it doesn't understand it refuses by name; a setting that is silently ignored would be a wrong number.
 */
@NullMarked
package dev.unembed.engine.architecture;

import org.jspecify.annotations.NullMarked;
