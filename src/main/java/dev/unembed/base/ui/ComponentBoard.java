package dev.unembed.base.ui;

import com.vaadin.flow.component.ComponentEvent;
import com.vaadin.flow.component.ComponentEventListener;
import com.vaadin.flow.component.DomEvent;
import com.vaadin.flow.component.EventData;
import com.vaadin.flow.component.Tag;
import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.shared.Registration;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.transformer.ComponentId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of an attribution's page: who votes for the answer, what a selection of components accounts for, the ledger
 * and the prompts.
 *
 * <p>Its source is the result as JSON. Beside the state, the wish to make a hypothesis from what is selected passes
 * through the server. Components are written as {@link ComponentId} writes them; only heads and MLPs can be selected.
 */
@Tag("component-board")
@JsModule("./component-board/component-board.ts")
public class ComponentBoard extends ResultElement {

    public ComponentBoard() {
        super(List.of("statistic", "example", "selected", "at", "view", "effects"));
    }

    /**
     * A run that measured effects of the same components on the same prompts: a circuit test or a patching of heads.
     *
     * @param label what a person knows it by
     * @param src where the browser reads its result, as JSON
     * @param href of its page
     */
    public record Measured(String run, String label, String src, String href) {}

    /**
     * What the votes can be held against.
     *
     * @param measured offered to be chosen, in this order
     * @param measure address where such a run is started, empty where the reader can't
     */
    public record Comparison(List<Measured> measured, String measure) {
        public static final Comparison NONE = new Comparison(List.of(), "");

        public Comparison {
            measured = List.copyOf(measured);
        }
    }

    public void setComparison(Comparison comparison) {
        getElement().setPropertyList("measured", comparison.measured());
        getElement().setProperty("measure", comparison.measure());
    }

    /** Shows this state; whatever it leaves open takes the element's default. */
    public void setState(State state) {
        getElement().setProperty("statistic", state.statistic());
        getElement().setProperty("example", String.valueOf(state.example()));
        getElement().setProperty("selected", String.join(",", state.selected()));
        getElement().setProperty("at", state.at());
        getElement().setProperty("view", state.view());
        getElement().setProperty("effects", state.effects());
    }

    /** Hears every change of what the page's address should say. */
    public Registration addStateChangeListener(ComponentEventListener<StateChangeEvent> listener) {
        return addListener(StateChangeEvent.class, listener);
    }

    /** Hears that a hypothesis is wanted from the selected components. */
    public Registration addMakeHypothesisListener(ComponentEventListener<MakeHypothesisEvent> listener) {
        return addListener(MakeHypothesisEvent.class, listener);
    }

    /** Names of heads and MLPs, once each, in the order given; everything else is left out. */
    private static List<String> choosable(String text) {
        Set<String> names = new LinkedHashSet<>();
        for (String part : text.split(",", State.MOST_SELECTED + 1)) {
            String name = component(part.strip());
            if (!name.isEmpty() && names.size() < State.MOST_SELECTED) {
                names.add(name);
            }
        }
        return new ArrayList<>(names);
    }

    /** The head or MLP of this name, or empty. */
    private static String component(String name) {
        try {
            ComponentId id = ComponentId.parse(name);
            return id instanceof ComponentId.Head || id instanceof ComponentId.Mlp ? id.text() : "";
        } catch (InvalidInput unknown) {
            return "";
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /**
     * What a reader of the board has chosen; all of it fits into the page's address.
     *
     * @param statistic what the cells show: {@code mean}, {@code helping}, {@code spread}, {@code example} or {@code effect}
     * @param example the prompt shown with {@code example}, from 0
     * @param selected components whose share is taken
     * @param at the focused component, or empty
     * @param view of the ledger: {@code ledger} (its lines), {@code waterfall} or {@code effects}
     * @param effects id of the run whose effects stand beside the votes, or empty
     */
    public record State(String statistic, int example, List<String> selected, String at, String view, String effects) {

        private static final Set<String> STATISTICS = Set.of("mean", "helping", "spread", "example", "effect");
        private static final Set<String> VIEWS = Set.of("ledger", "waterfall", "effects");
        /** More than any board has that a person could mean; an address is no place for more. */
        static final int MOST_SELECTED = 512;

        /** The element's defaults: means, nothing selected. */
        public static final State DEFAULT = new State("mean", 0, List.of(), "", "ledger", "");

        public State {
            selected = List.copyOf(selected);
        }

        /**
         * Reads a state from request parameters of the names above. They come from an address bar: what can't be
         * understood is left at its default.
         */
        public static State of(Map<String, List<String>> parameters) {
            return read(
                    first(parameters, "statistic"),
                    first(parameters, "example"),
                    first(parameters, "selected"),
                    first(parameters, "at"),
                    first(parameters, "view"),
                    first(parameters, "effects"));
        }

        /** The parameters of an address that {@link #of} reads back; defaults are left out. */
        public Map<String, String> parameters() {
            Map<String, String> parameters = new LinkedHashMap<>();
            if (!statistic.equals(DEFAULT.statistic)) {
                parameters.put("statistic", statistic);
            }
            if (example != DEFAULT.example) {
                parameters.put("example", String.valueOf(example));
            }
            if (!selected.isEmpty()) {
                parameters.put("selected", String.join(",", selected));
            }
            if (!at.isEmpty()) {
                parameters.put("at", at);
            }
            if (!view.equals(DEFAULT.view)) {
                parameters.put("view", view);
            }
            if (!effects.isEmpty()) {
                parameters.put("effects", effects);
            }
            return parameters;
        }

        private static State read(
                String statistic, String example, String selected, String at, String view, String effects) {
            return new State(
                    STATISTICS.contains(statistic) ? statistic : DEFAULT.statistic,
                    example.matches("[0-9]{1,6}") ? Integer.parseInt(example) : DEFAULT.example,
                    choosable(selected),
                    component(at),
                    VIEWS.contains(view) ? view : DEFAULT.view,
                    effects.matches("[1-9][0-9]{0,17}") ? effects : DEFAULT.effects);
        }
    }

    /** The reader selected, looked at or sorted something else. */
    @DomEvent(STATE_CHANGE)
    public static class StateChangeEvent extends ComponentEvent<ComponentBoard> {

        private final State state;

        /** Called by Flow; what the browser sends is read as carefully as an address. */
        public StateChangeEvent(
                ComponentBoard source,
                boolean fromClient,
                @EventData("String(event.detail.statistic ?? '')") @Nullable String statistic,
                @EventData("String(event.detail.example ?? '')") @Nullable String example,
                @EventData("(event.detail.selected || []).join(',')") @Nullable String selected,
                @EventData("String(event.detail.at ?? '')") @Nullable String at,
                @EventData("String(event.detail.view ?? '')") @Nullable String view,
                @EventData("String(event.detail.effects ?? '')") @Nullable String effects) {
            super(source, fromClient);
            this.state = State.read(
                    orEmpty(statistic),
                    orEmpty(example),
                    orEmpty(selected),
                    orEmpty(at),
                    orEmpty(view),
                    orEmpty(effects));
        }

        public State getState() {
            return state;
        }
    }

    /** The reader wants a hypothesis that the selected components do it. */
    @DomEvent("make-hypothesis")
    public static class MakeHypothesisEvent extends ComponentEvent<ComponentBoard> {

        private final List<String> components;

        /** Called by Flow; names that are no heads or MLPs are ignored. */
        public MakeHypothesisEvent(
                ComponentBoard source,
                boolean fromClient,
                @EventData("(event.detail || []).join(',')") @Nullable String components) {
            super(source, fromClient);
            this.components = List.copyOf(choosable(orEmpty(components)));
        }

        /** Heads and MLPs, as {@link ComponentId} writes them; may be empty. */
        public List<String> getComponents() {
            return components;
        }
    }
}
