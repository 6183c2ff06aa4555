@NullMarked
package dev.unembed.workspace;

import org.jspecify.annotations.NullMarked;
