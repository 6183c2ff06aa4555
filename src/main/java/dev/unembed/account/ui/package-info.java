@NullMarked
package dev.unembed.account.ui;

import org.jspecify.annotations.NullMarked;
