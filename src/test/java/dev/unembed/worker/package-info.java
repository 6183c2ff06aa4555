@NullMarked
package dev.unembed.worker;

import org.jspecify.annotations.NullMarked;
