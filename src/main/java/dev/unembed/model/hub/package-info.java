/**
 * Fetching a model from a Hugging Face hub: which files, how, and whether they arrived whole. Knows no database and no
 * page.
 *
 * <p>Read first: {@link dev.unembed.model.hub.HubDownload} (the order of things), {@link dev.unembed.model.hub.HubClient}
 * (requests, redirects, refusals in words), {@link dev.unembed.model.hub.FileTransfer} (one file, resumed where it broke
 * off).
 *
 * <p>Words: a <em>revision</em> is a branch, tag or commit; a <em>commit</em> is what the revision meant when it was
 * looked up, and what all files are taken from; a <em>partial</em> file is kept under the checksum of what it is to become.
 */
@NullMarked
package dev.unembed.model.hub;

import org.jspecify.annotations.NullMarked;
