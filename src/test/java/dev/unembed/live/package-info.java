@NullMarked
package dev.unembed.live;

import org.jspecify.annotations.NullMarked;
