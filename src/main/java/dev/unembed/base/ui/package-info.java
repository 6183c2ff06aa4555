/**
 * The frame of every page, and the pieces pages are made of.
 *
 * <p>Read first: {@link dev.unembed.base.ui.MainLayout} (the shell; features add to it through {@link
 * dev.unembed.base.ui.NavigationEntry} and {@link dev.unembed.base.ui.ShellSlot}), {@link
 * dev.unembed.base.ui.ParamsForm} (a form made from a parameter record), {@link dev.unembed.base.ui.ResultPanel} (each
 * shape of result and what draws it). {@link dev.unembed.base.ui.LensView} and {@link dev.unembed.base.ui.TokenChips} wrap
 * the Lit elements of {@code frontend/}.
 */
@NullMarked
package dev.unembed.base.ui;

import org.jspecify.annotations.NullMarked;
