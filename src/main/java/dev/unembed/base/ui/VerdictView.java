package dev.unembed.base.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.HasSize;
import com.vaadin.flow.component.HasStyle;
import com.vaadin.flow.component.Tag;
import com.vaadin.flow.component.dependency.JsModule;

/** The verdict on a circuit: what a circuit test found, drawn. The browser fetches the result itself from {@code src}. */
@Tag("verdict-view")
@JsModule("./verdict-view/verdict-view.ts")
public class VerdictView extends Component implements HasSize, HasStyle {

    /** Where the browser reads the result as JSON, for example {@code /api/v1/runs/42/result}. */
    public void setSource(String url) {
        getElement().setProperty("src", url);
    }

    /** File name, without ending, of downloads. */
    public void setFileName(String name) {
        getElement().setProperty("filename", name);
    }

    /** What the exported report is called. */
    public void setHeading(String heading) {
        getElement().setProperty("heading", heading);
    }

    /** Without its label, where the page around it says it already. */
    public void setBare(boolean bare) {
        getElement().setProperty("bare", bare);
    }
}
