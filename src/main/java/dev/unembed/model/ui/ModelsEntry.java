package dev.unembed.model.ui;

import com.vaadin.flow.component.Component;
import dev.unembed.base.ui.NavigationEntry;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveText;
import dev.unembed.model.ModelRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;

/** The way to the models, with their number. */
@ApplicationScoped
public class ModelsEntry implements NavigationEntry {
    private final ModelRegistry models;
    private final ChangeFeed feed;

    ModelsEntry(ModelRegistry models, ChangeFeed feed) {
        this.models = models;
        this.feed = feed;
    }

    @Override
    public Line line() {
        return new Line(Place.WORK, 60, "Models", ModelsView.class);
    }

    @Override
    public Optional<Component> note() {
        return Optional.of(LiveText.of(
                feed, Set.of(Change.MODEL), () -> String.valueOf(models.list().size())));
    }
}
