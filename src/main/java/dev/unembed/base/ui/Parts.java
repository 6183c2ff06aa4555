package dev.unembed.base.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Header;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.shared.Tooltip;
import java.util.Locale;

/** The few patterns every page shares, under the names {@code frontend/themes/parts.css} gives them. */
public final class Parts {
    private Parts() {}

    public static Div row(Component... children) {
        return div("row", children);
    }

    public static Div stack(Component... children) {
        return div("stack", children);
    }

    public static Div div(String className, Component... children) {
        Div div = new Div(children);
        div.addClassNames(className.split(" "));
        return div;
    }

    /** Takes what room is left in a row. */
    public static Div grow() {
        return div("grow");
    }

    public static Span text(String text, String className) {
        Span span = new Span(text);
        span.addClassNames(className.split(" "));
        return span;
    }

    public static Span muted(String text) {
        return text(text, "muted");
    }

    public static Span chip(String text) {
        return text(text, "chip");
    }

    /** A chip that says something about a state: {@code good}, {@code warn}, {@code bad} or {@code accent}, with a dot. */
    public static Span chip(String text, String meaning) {
        Span chip = new Span(text("", "dot"), new Span(text));
        chip.addClassNames("chip", meaning);
        return chip;
    }

    /** A token as it is shown everywhere: monospaced, its spaces and line breaks visible. */
    public static Span token(String text) {
        return text(Figures.visible(text), "tok");
    }

    public static Span avatar(String name) {
        Span avatar = text(initials(name), "avatar");
        avatar.getElement().setAttribute("aria-hidden", "true");
        return avatar;
    }

    /** A person: avatar and name. */
    public static Span person(String name) {
        Span person = new Span(avatar(name), new Span(name));
        person.addClassName("person");
        return person;
    }

    /** The two letters that stand for a name: of its first and last word, or the first two of a single one. */
    public static String initials(String name) {
        String[] words = name.strip().split("[\\s._-]+");
        String letters = words.length > 1 ? first(words[0], 1) + first(words[words.length - 1], 1) : first(words[0], 2);
        return letters.toUpperCase(Locale.ROOT);
    }

    private static String first(String word, int count) {
        return word.substring(0, word.offsetByCodePoints(0, Math.min(count, word.codePointCount(0, word.length()))));
    }

    /** A card with a heading row; anything after the title in the heading is added to the returned card's header. */
    public static Div card(String title, Component... body) {
        return card(new Component[] {new H2(title)}, body);
    }

    public static Div card(Component[] heading, Component... body) {
        Header header = new Header(heading);
        return div("card", header, div("b", body));
    }

    /** A word with its definition and unit behind it. */
    public static Span explained(String label, String definition) {
        Span span = text(label, "explained");
        span.getElement().setAttribute("tabindex", "0");
        span.getElement().setAttribute("aria-description", definition);
        Tooltip.forComponent(span).withText(definition).withPosition(Tooltip.TooltipPosition.BOTTOM);
        return span;
    }

    public static Button button(String text, Runnable action) {
        return new Button(text, click -> action.run());
    }

    public static Button primary(String text, Runnable action) {
        Button button = button(text, action);
        button.addThemeVariants(ButtonVariant.LUMO_PRIMARY);
        return button;
    }

    public static Button plain(String text, Runnable action) {
        Button button = button(text, action);
        button.addThemeVariants(ButtonVariant.LUMO_TERTIARY, ButtonVariant.LUMO_SMALL);
        return button;
    }

    public static Button danger(String text, Runnable action) {
        Button button = button(text, action);
        button.addThemeVariants(ButtonVariant.LUMO_ERROR);
        return button;
    }

    /** A link inside the application, followed without a reload. */
    public static Anchor link(String href, String text, String className) {
        Anchor link = new Anchor(href, text);
        link.getElement().setAttribute("router-link", true);
        if (!className.isEmpty()) {
            link.addClassNames(className.split(" "));
        }
        return link;
    }

    public static Paragraph quiet(String text) {
        Paragraph paragraph = new Paragraph(text);
        paragraph.addClassName("quiet");
        return paragraph;
    }

    /** What a page shows where there is nothing yet: what would be here, and the first step. */
    public static Div empty(String title, String sentence, Component... steps) {
        Div empty = div("empty", new H2(title), new Paragraph(sentence));
        empty.add(row(steps));
        return empty;
    }

    /** The product's mark: a stack of layers that narrows to one. */
    public static Component mark(int size) {
        Span holder = new Span();
        holder.addClassName("mark");
        holder.getElement()
                .setProperty(
                        "innerHTML",
                        "<svg width=\"%1$d\" height=\"%1$d\" viewBox=\"0 0 18 18\" aria-hidden=\"true\"><g fill=\"currentColor\">"
                                        .formatted(size)
                                + "<rect x=\"1\" y=\"13\" width=\"16\" height=\"3\" rx=\"1\" opacity=\".25\"/>"
                                + "<rect x=\"3\" y=\"9\" width=\"12\" height=\"3\" rx=\"1\" opacity=\".5\"/>"
                                + "<rect x=\"5\" y=\"5\" width=\"8\" height=\"3\" rx=\"1\" opacity=\".75\"/>"
                                + "<rect x=\"7\" y=\"1\" width=\"4\" height=\"3\" rx=\"1\"/></g></svg>");
        return holder;
    }
}
