package dev.unembed.base.ui;

import com.vaadin.flow.component.ComponentEvent;
import com.vaadin.flow.component.ComponentEventListener;
import com.vaadin.flow.component.DomEvent;
import com.vaadin.flow.component.EventData;
import com.vaadin.flow.component.Tag;
import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.shared.Registration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The body of a patching's page: what one patched place at a time does, by layer and by head or position.
 *
 * <p>Its source is the result as JSON; its state is the focused place.
 */
@Tag("score-grid")
@JsModule("./score-grid/score-grid.ts")
public class ScoreGridView extends ResultElement {

    public ScoreGridView() {
        super(List.of("layer", "column"));
    }

    /** Shows this place, or the one that does most. */
    public void setState(State state) {
        Place place = state.place();
        getElement().setProperty("layer", place == null ? "" : String.valueOf(place.layer()));
        getElement().setProperty("column", place == null ? "" : String.valueOf(place.column()));
    }

    /** Hears every change of what the page's address should say. */
    public Registration addStateChangeListener(ComponentEventListener<StateChangeEvent> listener) {
        return addListener(StateChangeEvent.class, listener);
    }

    /**
     * A cell of the sweep.
     *
     * @param layer from 0
     * @param column head or position, from 0
     */
    public record Place(int layer, int column) {}

    /** What a reader of the page has chosen: a place, or null for the one that does most. */
    public record State(@Nullable Place place) {

        private static final String NUMBER = "[0-9]{1,6}";

        /** The element's default. */
        public static final State DEFAULT = new State(null);

        /** Reads a state from the request parameters {@code layer} and {@code column}; nonsense is the default. */
        public static State of(Map<String, List<String>> parameters) {
            return read(first(parameters, "layer"), first(parameters, "column"));
        }

        /** The parameters of an address that {@link #of} reads back. */
        public Map<String, String> parameters() {
            return place == null
                    ? Map.of()
                    : Map.of("layer", String.valueOf(place.layer()), "column", String.valueOf(place.column()));
        }

        private static State read(String layer, String column) {
            return layer.matches(NUMBER) && column.matches(NUMBER)
                    ? new State(new Place(Integer.parseInt(layer), Integer.parseInt(column)))
                    : DEFAULT;
        }
    }

    /** The reader looks at another place. */
    @DomEvent(STATE_CHANGE)
    public static class StateChangeEvent extends ComponentEvent<ScoreGridView> {

        private final State state;

        /** Called by Flow; what the browser sends is read as carefully as an address. */
        public StateChangeEvent(
                ScoreGridView source,
                boolean fromClient,
                @EventData("String(event.detail.layer ?? '')") @Nullable String layer,
                @EventData("String(event.detail.column ?? '')") @Nullable String column) {
            super(source, fromClient);
            this.state = State.read(layer == null ? "" : layer, column == null ? "" : column);
        }

        public State getState() {
            return state;
        }
    }
}
