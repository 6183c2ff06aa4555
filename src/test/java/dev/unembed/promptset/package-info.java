@NullMarked
package dev.unembed.promptset;

import org.jspecify.annotations.NullMarked;
