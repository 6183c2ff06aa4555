package dev.unembed.base.ui;

import com.vaadin.flow.component.ComponentEvent;
import com.vaadin.flow.component.ComponentEventListener;
import com.vaadin.flow.component.DomEvent;
import com.vaadin.flow.component.EventData;
import com.vaadin.flow.component.Tag;
import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.shared.Registration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The body of a lens page: grid, trajectories, inspector and reading of one stored result.
 *
 * <p>Its source is the result as safetensors. {@link #setState(State)} restores a deep link, {@link
 * #addStateChangeListener} tells what the reader selected since. Layers are lens layers: 0 is the embedding, {@code l +
 * 0.5} the stream after the attention of block l.
 */
@Tag("lens-view")
@JsModule("./lens-view/lens-view.ts")
public class LensView extends ResultElement {

    public LensView() {
        super(List.of("layer", "position", "metric", "compare", "sublayers", "search", "pins"));
    }

    /** Where the reader downloads the same result as JSON; the element itself reads safetensors. */
    public void setJson(String url) {
        getElement().setProperty("json", url);
    }

    /** Shows this state; whatever it leaves open takes the element's default. */
    public void setState(State state) {
        getElement().setProperty("layer", state.layer() == null ? "" : plain(state.layer()));
        getElement()
                .setProperty(
                        "position",
                        state.position() == null ? "" : state.position().toString());
        getElement().setProperty("metric", state.metric());
        getElement().setProperty("compare", state.compare());
        getElement().setProperty("sublayers", state.sublayers());
        getElement().setProperty("search", state.search());
        getElement()
                .setProperty("pins", state.pins().stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    /** Hears every change of what the page's address should say. */
    public Registration addStateChangeListener(ComponentEventListener<StateChangeEvent> listener) {
        return addListener(StateChangeEvent.class, listener);
    }

    private static String plain(double layer) {
        return layer == Math.rint(layer) ? Long.toString((long) layer) : Double.toString(layer);
    }

    /**
     * What a reader of the page has chosen; all of it fits into the page's address.
     *
     * @param layer selected lens layer (steps of one half), or null for the final one
     * @param position selected position, from 0, or null for the last one
     * @param metric colour of the grid: {@code final}, {@code top}, {@code tracked:<id>:logProb},
     *     {@code tracked:<id>:rank}, {@code entropy} or {@code kl}
     * @param compare the second cell as {@code layer:position}, or empty
     * @param sublayers whether the rows after attention are shown
     * @param search token text or id that is highlighted, or empty
     * @param pins ids of tokens pinned to the trajectory chart, beside the tracked ones
     */
    public record State(
            @Nullable Double layer,
            @Nullable Integer position,
            String metric,
            String compare,
            boolean sublayers,
            String search,
            List<Integer> pins) {

        private static final Pattern METRIC = Pattern.compile("final|top|entropy|kl|tracked:[0-9]{1,9}:(logProb|rank)");
        private static final Pattern COMPARE = Pattern.compile("[0-9]{1,4}(\\.5)?:[0-9]{1,6}");
        private static final int LONGEST_SEARCH = 200;
        private static final int MOST_PINS = 16;

        /** The element's defaults: last position, final layer, coloured by the final token. */
        public static final State DEFAULT = new State(null, null, "final", "", false, "", List.of());

        public State {
            pins = List.copyOf(pins);
        }

        /**
         * Reads a state from request parameters of the names above. They come from an address bar: what can't be
         * understood is left at its default.
         */
        public static State of(Map<String, List<String>> parameters) {
            return read(
                    first(parameters, "layer"),
                    first(parameters, "position"),
                    first(parameters, "metric"),
                    first(parameters, "compare"),
                    "true".equals(first(parameters, "sublayers")),
                    first(parameters, "search"),
                    first(parameters, "pins"));
        }

        /** The parameters of an address that {@link #of} reads back; defaults are left out. */
        public Map<String, String> parameters() {
            Map<String, String> parameters = new LinkedHashMap<>();
            if (layer != null) {
                parameters.put("layer", plain(layer));
            }
            if (position != null) {
                parameters.put("position", position.toString());
            }
            if (!metric.equals(DEFAULT.metric)) {
                parameters.put("metric", metric);
            }
            if (!compare.isEmpty()) {
                parameters.put("compare", compare);
            }
            if (sublayers) {
                parameters.put("sublayers", "true");
            }
            if (!search.isEmpty()) {
                parameters.put("search", search);
            }
            if (!pins.isEmpty()) {
                parameters.put("pins", pins.stream().map(String::valueOf).collect(Collectors.joining(",")));
            }
            return parameters;
        }

        private static State read(
                String layer,
                String position,
                String metric,
                String compare,
                boolean sublayers,
                String search,
                String pins) {
            return new State(
                    layerOf(layer),
                    wholeNumber(position),
                    METRIC.matcher(metric).matches() ? metric : DEFAULT.metric,
                    COMPARE.matcher(compare).matches() ? compare : "",
                    sublayers,
                    search.length() <= LONGEST_SEARCH ? search : search.substring(0, LONGEST_SEARCH),
                    idsOf(pins));
        }

        private static @Nullable Double layerOf(String text) {
            return text.matches("[0-9]{1,4}(\\.[05])?") ? Double.valueOf(text) : null;
        }

        private static @Nullable Integer wholeNumber(String text) {
            return text.matches("[0-9]{1,9}") ? Integer.valueOf(text) : null;
        }

        private static List<Integer> idsOf(String text) {
            List<Integer> ids = new ArrayList<>();
            for (String part : text.split(",", MOST_PINS + 1)) {
                Integer id = wholeNumber(part);
                if (id != null && ids.size() < MOST_PINS && !ids.contains(id)) {
                    ids.add(id);
                }
            }
            return ids;
        }
    }

    /** The reader selected, compared, pinned, searched or coloured differently. */
    @DomEvent(STATE_CHANGE)
    public static class StateChangeEvent extends ComponentEvent<LensView> {

        private final State state;

        /** Called by Flow; what the browser sends is read as carefully as an address. */
        public StateChangeEvent(
                LensView source,
                boolean fromClient,
                @EventData("String(event.detail.layer ?? '')") @Nullable String layer,
                @EventData("String(event.detail.position ?? '')") @Nullable String position,
                @EventData("String(event.detail.metric ?? '')") @Nullable String metric,
                @EventData("String(event.detail.compare ?? '')") @Nullable String compare,
                @EventData("!!event.detail.sublayers") boolean sublayers,
                @EventData("String(event.detail.search ?? '')") @Nullable String search,
                @EventData("(event.detail.pins || []).join(',')") @Nullable String pins) {
            super(source, fromClient);
            this.state = State.read(
                    orEmpty(layer),
                    orEmpty(position),
                    orEmpty(metric),
                    orEmpty(compare),
                    sublayers,
                    orEmpty(search),
                    orEmpty(pins));
        }

        public State getState() {
            return state;
        }

        private static String orEmpty(@Nullable String text) {
            return text == null ? "" : text;
        }
    }
}
