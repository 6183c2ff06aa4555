package dev.unembed.run.ui;

import com.vaadin.flow.component.Component;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.NavigationEntry;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveText;
import dev.unembed.run.QueueService;
import dev.unembed.run.QueueService.QueueState;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;

/** The way to the queue, with what is going on. */
@ApplicationScoped
public class QueueEntry implements NavigationEntry {
    private final QueueService queue;
    private final SignedIn signedIn;
    private final ChangeFeed feed;

    QueueEntry(QueueService queue, SignedIn signedIn, ChangeFeed feed) {
        this.queue = queue;
        this.signedIn = signedIn;
        this.feed = feed;
    }

    @Override
    public Line line() {
        return new Line(Place.SURROUNDINGS, 10, "Queue", QueueView.class);
    }

    @Override
    public Optional<Component> note() {
        return Optional.of(
                LiveText.of(feed, Set.of(Change.RUN, Change.QUEUE), () -> describe(queue.state(signedIn.actor()))));
    }

    static String describe(QueueState state) {
        long running = state.running().size() + state.othersRunning();
        long waiting = state.waiting().size() + state.othersWaiting();
        if (running > 0) {
            return running + " running";
        }
        return waiting > 0 ? waiting + " waiting" : "idle";
    }
}
