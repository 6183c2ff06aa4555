/**
 * Prompt sets: named lists of examples that a workspace keeps.
 *
 * <p>Read first: {@link dev.unembed.promptset.PromptSetService} (what users can do), {@link
 * dev.unembed.promptset.ExamplesImport} (files with a sentence per wrong row), {@link
 * dev.unembed.promptset.PromptSetParams} (how a run comes by its examples).
 *
 * <p>Words: a set has <em>versions</em>, numbered from 1; every save makes one and none ever changes. Its <em>origin</em>
 * is the recipe of a generator and the tokenizer it was made for, so the same examples can be made again, and more like
 * them.
 */
@NullMarked
package dev.unembed.promptset;

import org.jspecify.annotations.NullMarked;
