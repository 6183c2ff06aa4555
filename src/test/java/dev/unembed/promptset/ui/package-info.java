@NullMarked
package dev.unembed.promptset.ui;

import org.jspecify.annotations.NullMarked;
