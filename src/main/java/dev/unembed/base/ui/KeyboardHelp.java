package dev.unembed.base.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H3;
import com.vaadin.flow.component.html.Span;
import java.util.List;

/** What the keyboard can do, opened by {@code ?}. */
public final class KeyboardHelp {
    private record Keys(String meaning, List<String> keys) {}

    private static final List<Keys> EVERYWHERE = List.of(
            new Keys("This help", List.of("?")),
            new Keys("Go to the search of the page", List.of("/")),
            new Keys("Close a dialog or a menu", List.of("Esc")));

    private static final List<Keys> LISTS =
            List.of(new Keys("Move between rows", List.of("↑", "↓")), new Keys("Open the row", List.of("Enter")));

    private static final List<Keys> NEW_ANALYSIS = List.of(new Keys("Start the analysis", List.of("Ctrl", "Enter")));

    private static final List<Keys> LENS = List.of(
            new Keys("Move between layers and positions", List.of("↑", "↓", "←", "→")),
            new Keys("First and last position", List.of("Home", "End")),
            new Keys("Embedding and final layer", List.of("Page ↓", "Page ↑")),
            new Keys("Pin the cell", List.of("Enter")),
            new Keys("Compare with another cell", List.of("Ctrl", "click")));

    private KeyboardHelp() {}

    public static void open() {
        Dialog dialog = new Dialog("Keyboard");
        dialog.setWidth("460px");
        dialog.add(
                group("Everywhere", EVERYWHERE),
                group("Lists", LISTS),
                group("New analysis", NEW_ANALYSIS),
                group("Lens grid", LENS));
        dialog.getFooter().add(Parts.button("Close", dialog::close));
        dialog.open();
    }

    private static Component group(String title, List<Keys> lines) {
        Div group = Parts.div("keys", new H3(title));
        for (Keys line : lines) {
            Span keys = new Span();
            line.keys().forEach(key -> keys.add(Parts.text(key, "kbd")));
            group.add(Parts.row(new Span(line.meaning()), Parts.grow(), keys));
        }
        return group;
    }
}
