@NullMarked
package dev.unembed.model;

import org.jspecify.annotations.NullMarked;
