@NullMarked
package dev.unembed.run.ui;

import org.jspecify.annotations.NullMarked;
