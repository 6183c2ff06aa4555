package dev.unembed.base.ui;

import com.vaadin.flow.component.UI;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.ErrorParameter;
import com.vaadin.flow.router.HasErrorParameter;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.ParentLayout;
import jakarta.annotation.security.PermitAll;

/** A page that failed to open, with the reason as far as it helps. */
@PageTitle("Failed · Unembed")
@ParentLayout(MainLayout.class)
@PermitAll
public class FailurePage extends ErrorPage implements HasErrorParameter<Exception> {
    private static final int INTERNAL_ERROR = 500;

    @Override
    public int setErrorParameter(BeforeEnterEvent event, ErrorParameter<Exception> parameter) {
        show(
                "This page could not be opened",
                Problems.sentence(parameter.getCaughtException()),
                Parts.primary(
                        "Try again", () -> UI.getCurrentOrThrow().getPage().reload()));
        return INTERNAL_ERROR;
    }
}
