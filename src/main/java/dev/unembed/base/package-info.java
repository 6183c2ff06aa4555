/**
 * What every feature stands on and no feature is known to: the embedded database, problems and how they are answered, the
 * clock, and in {@code ui} the shell around the pages.
 *
 * <p>Read first: {@link dev.unembed.base.EmbeddedDatabase} (one server for all processes of a data folder), {@link
 * dev.unembed.base.ProblemMapper} (every failure as problem+json), {@link dev.unembed.base.SameOrigin} (writes by cookie
 * come from our own pages).
 */
@NullMarked
package dev.unembed.base;

import org.jspecify.annotations.NullMarked;
