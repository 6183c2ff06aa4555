/**
 * Workspaces: what a team shares, and who may do what in it.
 *
 * <p>Read first: {@link dev.unembed.workspace.WorkspaceService}, whose {@code require} is the one place where membership
 * is checked, and {@link dev.unembed.workspace.Role}. To somebody who isn't a member a workspace doesn't exist: the answer
 * is the same as for an id nobody has.
 */
@NullMarked
package dev.unembed.workspace;

import org.jspecify.annotations.NullMarked;
