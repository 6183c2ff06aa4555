/**
 * How fast the engine is, and how much memory it takes: {@code ./unembed bench} prints it as one Markdown table.
 *
 * <p>Machines differ and are shared, so times are told as ratios to one forward pass of the same batch in the same
 * process, and both take turns: what slows one down slows down the other. A new measurement is one class: implement
 * {@link dev.unembed.engine.bench.Benchmark} and add it to {@link dev.unembed.engine.bench.Bench}.
 *
 * <p>Read {@link dev.unembed.engine.bench.Contest} first: it is what a benchmark consists of.
 */
@NullMarked
package dev.unembed.engine.bench;

import org.jspecify.annotations.NullMarked;
