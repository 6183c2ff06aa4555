package dev.unembed.base.ui;

import com.vaadin.flow.component.Component;
import java.util.Optional;

/** One line of the navigation. A feature that has a page offers a bean of this type; the shell lists what it finds. */
public interface NavigationEntry {
    /** The upper group holds what is worked on, the lower one what surrounds the work. */
    enum Place {
        WORK,
        SURROUNDINGS
    }

    /**
     * @param order smaller comes first within its place
     * @param target the page it leads to
     */
    record Line(Place place, int order, String label, Class<? extends Component> target) {}

    Line line();

    /** Whether a page at this path belongs here, besides the target itself; without a leading slash. */
    default boolean covers(String path) {
        return false;
    }

    /** A count or a state at the end of the line; it keeps itself up to date. */
    default Optional<Component> note() {
        return Optional.empty();
    }

    /** Whether the signed-in person sees it. */
    default boolean isVisible() {
        return true;
    }
}
