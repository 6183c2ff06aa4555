@NullMarked
package dev.unembed.base;

import org.jspecify.annotations.NullMarked;
