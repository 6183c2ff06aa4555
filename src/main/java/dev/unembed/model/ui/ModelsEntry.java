package dev.unembed.model.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Span;
import dev.unembed.base.ui.NavigationEntry;
import dev.unembed.base.ui.Parts;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.model.ModelRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

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
    public Place place() {
        return Place.WORK;
    }

    @Override
    public int order() {
        return 60;
    }

    @Override
    public String label() {
        return "Models";
    }

    @Override
    public Class<? extends Component> target() {
        return ModelsView.class;
    }

    @Override
    public Optional<Component> note() {
        Span count = Parts.text("", "n");
        Runnable show = () -> count.setText(String.valueOf(models.list().size()));
        show.run();
        LiveUpdates.follow(count, feed, change -> change.topic().equals("model"), changes -> show.run());
        return Optional.of(count);
    }
}
