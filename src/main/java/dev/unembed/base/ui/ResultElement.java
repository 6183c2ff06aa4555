package dev.unembed.base.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.HasSize;
import com.vaadin.flow.component.HasStyle;
import java.util.List;
import java.util.Map;

/**
 * An element that draws one stored result. The browser fetches the result itself by its address; only the state that
 * belongs in the page's address passes through the server, in events called {@value #STATE_CHANGE}.
 */
public abstract class ResultElement extends Component implements HasSize, HasStyle {

    static final String STATE_CHANGE = "state-change";

    /**
     * Creates an element without a result; it shows a skeleton until {@link #setSource} names one.
     *
     * @param state properties that the reader changes in the browser
     */
    ResultElement(List<String> state) {
        // What the reader changes in the browser must be known here, or setting the former value again would be no
        // change.
        for (String property : state) {
            getElement().addPropertyChangeListener(property, STATE_CHANGE, event -> {});
        }
    }

    /** Where the browser reads the result, in the format the element draws. */
    public void setSource(String url) {
        getElement().setProperty("src", url);
    }

    /** Where the reader downloads the result as CSV. */
    public void setCsv(String url) {
        getElement().setProperty("csv", url);
    }

    /** File name, without ending, of pictures and downloads. */
    public void setFileName(String name) {
        getElement().setProperty("filename", name);
    }

    /** The first value of a request parameter, or empty. */
    static String first(Map<String, List<String>> parameters, String name) {
        List<String> values = parameters.getOrDefault(name, List.of());
        return values.isEmpty() ? "" : values.getFirst();
    }
}
