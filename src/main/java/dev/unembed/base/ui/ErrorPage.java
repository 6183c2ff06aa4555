package dev.unembed.base.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Div;

/** What every error page has in common: one sentence and the one way on. */
abstract class ErrorPage extends Div {
    final void show(String title, String sentence, Component... wayOn) {
        removeAll();
        Div empty = Parts.empty(title, sentence, wayOn);
        empty.getElement().setAttribute("role", "alert");
        add(Parts.div("card", empty));
    }

    static Component home() {
        return Parts.link("", "Go to the analyses", "btn primary");
    }
}
