/**
 * The models that runs can use: folders in Hugging Face's layout, registered by name and pinned by digest.
 *
 * <p>Read first: {@link dev.unembed.model.ModelRegistry} (what can be asked and done), {@link
 * dev.unembed.model.ModelInstaller} (what happens at start), {@link dev.unembed.model.OpenFolders} (folders kept open, and
 * the check that nobody changed them), {@link dev.unembed.model.DownloadRunner} (models fetched from a hub, in the
 * background; {@code model.hub} knows how).
 *
 * <p>Words: the <em>digest</em> is SHA-256 over weights, tokenizer and config, and says which numbers a run will give; the
 * <em>fingerprint</em> is over names, sizes and times of the files, and says that the digest needs no new computation.
 */
@NullMarked
package dev.unembed.model;

import org.jspecify.annotations.NullMarked;
