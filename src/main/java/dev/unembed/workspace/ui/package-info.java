@NullMarked
package dev.unembed.workspace.ui;

import org.jspecify.annotations.NullMarked;
