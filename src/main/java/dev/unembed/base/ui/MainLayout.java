package dev.unembed.base.ui;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.HasElement;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.confirmdialog.ConfirmDialog;
import com.vaadin.flow.component.contextmenu.ContextMenu;
import com.vaadin.flow.component.dependency.Uses;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Main;
import com.vaadin.flow.component.html.Nav;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.notification.Notification;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.HighlightConditions;
import com.vaadin.flow.router.RouterLayout;
import com.vaadin.flow.router.RouterLink;
import dev.unembed.base.ui.NavigationEntry.Place;
import io.quarkus.arc.All;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The frame of every page: navigation on the left (on top of narrow windows), the view beside it.
 *
 * <p>What the slots are made of is named by {@code @Uses}: the front-end build finds components by following classes from
 * the routes, and beans are found only at run time.
 */
@PermitAll
@Uses(Button.class)
@Uses(ContextMenu.class)
@Uses(ConfirmDialog.class)
@Uses(Dialog.class)
@Uses(Notification.class)
@Uses(TextField.class)
public class MainLayout extends Div implements RouterLayout {
    private static final String HELP_REQUESTED = "help-requested";

    /** {@code ?} opens the help and {@code /} goes to the page's search, unless something is being typed. */
    private static final String KEYS = """
            const layout = this;
            const typing = (event) => event.composedPath().some((node) =>
                node instanceof HTMLElement && (node.isContentEditable || /^(input|textarea|select)$/i.test(node.localName)));
            const listener = (event) => {
              if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
              if (event.key === '?') {
                event.preventDefault();
                layout.dispatchEvent(new CustomEvent('help-requested'));
              } else if (event.key === '/') {
                const search = layout.querySelector('[data-search]');
                if (search) { event.preventDefault(); search.focus(); }
              }
            };
            if (layout.__keys) document.removeEventListener('keydown', layout.__keys);
            layout.__keys = listener;
            document.addEventListener('keydown', listener);
            """;

    private final Main main = new Main();

    @Inject
    public MainLayout(@All List<NavigationEntry> entries, @All List<ShellSlot> slots) {
        addClassName("app");
        Nav nav = new Nav();
        nav.setAriaLabel("Main");
        nav.add(skipLink(), brand());
        slots(slots, ShellSlot.Position.TOP).forEach(nav::add);
        entries(entries, Place.WORK).forEach(nav::add);
        nav.add(Parts.text("", "sp"));
        entries(entries, Place.SURROUNDINGS).forEach(nav::add);
        slots(slots, ShellSlot.Position.BOTTOM).forEach(nav::add);
        main.setId("content");
        add(nav, main);
        getElement().addEventListener(HELP_REQUESTED, event -> KeyboardHelp.open());
    }

    private static Component skipLink() {
        // A plain link: going to the content of the same page is no navigation.
        Anchor link = new Anchor("#content", "Skip to content");
        link.setRouterIgnore(true);
        link.addClassName("skip");
        return link;
    }

    private static Component brand() {
        Anchor brand = Parts.link("", "", "brand");
        brand.add(Parts.mark(18), new Span("Unembed"));
        return brand;
    }

    private static List<Component> slots(List<ShellSlot> slots, ShellSlot.Position position) {
        return slots.stream()
                .filter(slot -> slot.position() == position)
                .map(ShellSlot::create)
                .toList();
    }

    private static List<Component> entries(List<NavigationEntry> entries, Place place) {
        return entries.stream()
                .filter(entry -> entry.line().place() == place && entry.isVisible())
                .sorted(Comparator.comparingInt(entry -> entry.line().order()))
                .map(MainLayout::link)
                .toList();
    }

    private static Component link(NavigationEntry entry) {
        RouterLink link = new RouterLink();
        link.setRoute(entry.line().target());
        link.add(new Span(entry.line().label()));
        entry.note().ifPresent(link::add);
        link.setHighlightCondition(
                (self, event) -> HighlightConditions.sameLocation().shouldHighlight(self, event)
                        || entry.covers(event.getLocation().getPath()));
        link.setHighlightAction((self, highlight) -> {
            self.getElement().setAttribute("highlight", highlight);
            if (highlight) {
                self.getElement().setAttribute("aria-current", "page");
            } else {
                self.getElement().removeAttribute("aria-current");
            }
        });
        return link;
    }

    @Override
    public void showRouterLayoutContent(@Nullable HasElement content) {
        main.getElement().removeAllChildren();
        if (content != null) {
            main.getElement().appendChild(content.getElement());
        }
    }

    @Override
    public void removeRouterLayoutContent(@Nullable HasElement oldContent) {
        main.getElement().removeAllChildren();
    }

    @Override
    protected void onAttach(AttachEvent event) {
        getElement().executeJs(KEYS);
    }
}
