package dev.unembed.base.ui;

import com.vaadin.flow.component.Tag;
import com.vaadin.flow.component.dependency.JsModule;
import java.util.List;

/** The body of a preflight's page: how likely the model finds answer and foil of every example. Reads the result as JSON. */
@Tag("preflight-table")
@JsModule("./preflight-table/preflight-table.ts")
public class PreflightView extends ResultElement {
    public PreflightView() {
        super(List.of());
    }
}
