@NullMarked
package dev.unembed.run;

import org.jspecify.annotations.NullMarked;
