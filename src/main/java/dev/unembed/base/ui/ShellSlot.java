package dev.unembed.base.ui;

import com.vaadin.flow.component.Component;

/** A part of the shell that a feature fills: the base layer knows neither workspaces nor accounts. */
public interface ShellSlot {
    enum Position {
        /** Below the product's name. */
        TOP,
        /** At the very end. */
        BOTTOM
    }

    Position position();

    Component create();
}
