package dev.unembed.live;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Span;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.Parts;
import java.util.Set;
import java.util.function.Supplier;

/** A short text that keeps itself up to date, such as the number at the end of a line of the navigation. */
public final class LiveText {
    private LiveText() {}

    /**
     * @param topics changes of these are followed, and other workspaces being chosen
     * @param text asked now and after every change, with the page's lock held
     */
    public static Component of(ChangeFeed feed, Set<String> topics, Supplier<String> text) {
        Span shown = Parts.text(text.get(), "n");
        Runnable show = () -> shown.setText(text.get());
        ChosenWorkspace.listen(shown, show);
        LiveUpdates.follow(shown, feed, change -> topics.contains(change.topic()), changes -> show.run());
        return shown;
    }
}
