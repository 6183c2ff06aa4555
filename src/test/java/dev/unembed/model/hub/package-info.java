@NullMarked
package dev.unembed.model.hub;

import org.jspecify.annotations.NullMarked;
