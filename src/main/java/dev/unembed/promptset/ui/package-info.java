/**
 * Pages of prompt sets: {@link dev.unembed.promptset.ui.PromptSetListView} and {@link
 * dev.unembed.promptset.ui.PromptSetView}. What is changed on the page is a {@link dev.unembed.promptset.ui.Draft} until it
 * is saved as a version.
 */
@NullMarked
package dev.unembed.promptset.ui;

import org.jspecify.annotations.NullMarked;
