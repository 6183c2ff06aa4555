package dev.unembed.base.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H1;

/** The top of a page: where we are, its title, what is true of it, and what can be done. */
public class PageHeader extends Div {
    private final Div crumb = Parts.div("crumb");
    private final Div title = Parts.div("title");
    private final Div facts = Parts.div("row facts");
    private final Div actions = Parts.div("row actions");

    public PageHeader(String title) {
        addClassName("page-header");
        this.title.add(new H1(title));
        add(crumb, Parts.div("head", Parts.div("row grow", this.title, facts), actions));
        crumb.setVisible(false);
    }

    public PageHeader crumb(Component... path) {
        crumb.removeAll();
        crumb.add(path);
        crumb.setVisible(path.length > 0);
        return this;
    }

    public PageHeader title(Component... content) {
        title.removeAll();
        title.add(content);
        return this;
    }

    public PageHeader facts(Component... chips) {
        facts.removeAll();
        facts.add(chips);
        return this;
    }

    public PageHeader actions(Component... buttons) {
        actions.removeAll();
        actions.add(buttons);
        return this;
    }
}
