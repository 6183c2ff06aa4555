/**
 * What tests of several features share. Start with {@link dev.unembed.testing.PostgresResource} for a {@code @QuarkusTest}
 * and {@link dev.unembed.testing.Api} for requests as somebody.
 */
@NullMarked
package dev.unembed.testing;

import org.jspecify.annotations.NullMarked;
