package dev.unembed.run.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Span;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.NavigationEntry;
import dev.unembed.base.ui.Parts;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.run.QueueService;
import dev.unembed.run.QueueService.QueueState;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

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
    public Place place() {
        return Place.SURROUNDINGS;
    }

    @Override
    public int order() {
        return 10;
    }

    @Override
    public String label() {
        return "Queue";
    }

    @Override
    public Class<? extends Component> target() {
        return QueueView.class;
    }

    @Override
    public Optional<Component> note() {
        Span note = Parts.text("", "n");
        Runnable show = () -> note.setText(describe(queue.state(signedIn.actor())));
        show.run();
        LiveUpdates.follow(
                note,
                feed,
                change -> change.topic().equals(Change.RUN) || change.topic().equals(Change.QUEUE),
                changes -> show.run());
        return Optional.of(note);
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
