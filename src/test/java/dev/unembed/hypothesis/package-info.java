@NullMarked
package dev.unembed.hypothesis;

import org.jspecify.annotations.NullMarked;
