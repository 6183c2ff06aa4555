/**
 * Runs: one execution of one experiment on one model, from the request to the stored result.
 *
 * <p>Read first: {@link dev.unembed.run.RunService} (what users can do, and the transaction boundary), {@link
 * dev.unembed.run.RunClaims} (what a worker may write, and why a run has one result whatever dies), {@link
 * dev.unembed.run.RunQueue} (the waiting side of the queue).
 *
 * <p>Words: a run is <em>queued</em> when its row and its task in db-scheduler's table are there, <em>claimed</em> when a
 * worker took it; the <em>attempt</em> counts claims, and only the newest attempt can write. Two requests are
 * <em>identical</em> when kind, parameters with defaults filled in, model digest, engine version and seed are equal.
 */
@NullMarked
package dev.unembed.run;

import org.jspecify.annotations.NullMarked;
