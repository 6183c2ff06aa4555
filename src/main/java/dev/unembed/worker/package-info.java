/**
 * The computing side: takes runs from the queue, one after another, and writes what comes of them.
 *
 * <p>Read first: {@link dev.unembed.worker.GpuWorker} (the scheduler and its life), {@link
 * dev.unembed.worker.RunExecution} (one run from claim to end), {@link dev.unembed.worker.LoadedModels} (models kept in
 * memory). Nobody depends on this package: the web role runs without it.
 */
@NullMarked
package dev.unembed.worker;

import org.jspecify.annotations.NullMarked;
