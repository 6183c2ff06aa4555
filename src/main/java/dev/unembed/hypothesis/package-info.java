/**
 * Claims about circuits, frozen before they are tested.
 *
 * <p>Read first: {@link dev.unembed.hypothesis.VersionContent} (what is claimed, and how it is to be tested), {@link
 * dev.unembed.hypothesis.HypothesisService} (what users can do, and the transaction boundary), {@link
 * dev.unembed.hypothesis.HypothesisState} (what the evidence says).
 *
 * <p>Words: a <em>hypothesis</em> names a title, a workspace and a model; what it claims is in its <em>versions</em>, which
 * never change. A version is <em>frozen</em> when its hash, the time and the person are on record; only then can it be
 * <em>tested</em>: a run of the kind {@code circuit-test} with everything of the version in its parameters. The state of a
 * version is read off its newest test, never stored. A refuted hypothesis is a successful run.
 */
@NullMarked
package dev.unembed.hypothesis;

import org.jspecify.annotations.NullMarked;
