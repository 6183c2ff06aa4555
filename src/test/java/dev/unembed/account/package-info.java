@NullMarked
package dev.unembed.account;

import org.jspecify.annotations.NullMarked;
