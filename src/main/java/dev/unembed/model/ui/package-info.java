@NullMarked
package dev.unembed.model.ui;

import org.jspecify.annotations.NullMarked;
