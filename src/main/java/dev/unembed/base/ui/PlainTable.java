package dev.unembed.base.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.HtmlContainer;
import com.vaadin.flow.component.Tag;
import com.vaadin.flow.component.html.Span;
import java.util.ArrayList;
import java.util.List;

/** A small table of components, for lists of a page or less; longer ones are grids. */
@Tag("table")
public class PlainTable extends HtmlContainer {
    /** One column: its heading, what the heading means ("" if it needs no explanation), numbers to the right. */
    public record Column(String heading, String definition, boolean number) {
        public static Column of(String heading) {
            return new Column(heading, "", false);
        }

        public static Column of(String heading, String definition) {
            return new Column(heading, definition, false);
        }

        public static Column number(String heading, String definition) {
            return new Column(heading, definition, true);
        }

        /** For buttons: the heading is read aloud only. */
        public static Column actions() {
            return new Column("", "", true);
        }
    }

    private final List<Column> columns;
    private final HtmlContainer body = new HtmlContainer("tbody");

    public PlainTable(String label, Column... columns) {
        this.columns = List.of(columns);
        addClassName("plain");
        getElement().setAttribute("aria-label", label);
        HtmlContainer head = new HtmlContainer("tr");
        for (Column column : columns) {
            HtmlContainer cell = new HtmlContainer("th");
            cell.getElement().setAttribute("scope", "col");
            if (column.number()) {
                cell.addClassName("r");
            }
            if (column.heading().isEmpty()) {
                cell.add(Parts.text("Actions", "sr"));
            } else if (column.definition().isEmpty()) {
                cell.add(new Span(column.heading()));
            } else {
                cell.add(Parts.explained(column.heading(), column.definition()));
            }
            head.add(cell);
        }
        HtmlContainer thead = new HtmlContainer("thead");
        thead.add(head);
        add(thead, body);
    }

    /** Adds a row with one component for each column. */
    public void row(Component... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    "A row of " + cells.length + " cells in a table of " + columns.size() + " columns.");
        }
        HtmlContainer row = new HtmlContainer("tr");
        for (int i = 0; i < cells.length; i++) {
            HtmlContainer cell = new HtmlContainer("td");
            if (columns.get(i).number()) {
                cell.addClassName("r");
            }
            cell.add(cells[i]);
            row.add(cell);
        }
        body.add(row);
    }

    public void clear() {
        body.removeAll();
    }

    /** The rows so far, first to last. */
    public List<Component> rows() {
        return new ArrayList<>(body.getChildren().toList());
    }
}
