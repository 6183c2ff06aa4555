/** Tests of the packaged product: real processes, a real database, a real browser. */
@NullMarked
package dev.unembed.product;

import org.jspecify.annotations.NullMarked;
