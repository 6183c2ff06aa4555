/**
 * The news that something changed: topic and id, nothing else, from any process to every open page.
 *
 * <p>Read first: {@link dev.unembed.live.ChangeFeed} (announce inside the transaction, hear after its commit) and {@link
 * dev.unembed.live.LiveUpdates} (a page that follows the feed while it is shown).
 */
@NullMarked
package dev.unembed.live;

import org.jspecify.annotations.NullMarked;
