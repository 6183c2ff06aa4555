package dev.unembed.live;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.UIDetachedException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The one way from the background into an open page.
 *
 * <p>Subscribes when the component is attached and releases when it is detached. Bursts are gathered: the first change
 * is passed on at once, those of the following quarter of a second together. The update runs with the page's lock held,
 * on a thread of its own, so a slow page holds up nobody else.
 */
public final class LiveUpdates {
    static final Duration PAUSE = Duration.ofMillis(250);

    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("live-updates").factory());

    private LiveUpdates() {}

    /**
     * Keeps a component up to date.
     *
     * @param relevant asked on the feed's thread: must be quick and touch no component
     * @param update called with every relevant change since the last call, as a component may be changed
     */
    public static void follow(
            Component owner, ChangeFeed feed, Predicate<Change> relevant, Consumer<Set<Change>> update) {
        owner.addAttachListener(attached -> {
            Gathering gathering = new Gathering(changes -> deliver(attached.getUI(), owner, update, changes));
            Runnable release = feed.subscribe(change -> {
                if (relevant.test(change)) {
                    gathering.add(change);
                }
            });
            owner.addDetachListener(detached -> {
                detached.unregisterListener();
                release.run();
            });
        });
    }

    private static void deliver(UI ui, Component owner, Consumer<Set<Change>> update, Set<Change> changes) {
        Thread.startVirtualThread(() -> {
            try {
                ui.access(() -> {
                    if (owner.isAttached()) {
                        update.accept(changes);
                    }
                });
            } catch (UIDetachedException closed) {
                // The page went away between the change and now: nobody is left to be told.
            }
        });
    }

    /** Passes the first change on at once and then what came during each pause, in order, without repetition. */
    static final class Gathering {
        private final Consumer<Set<Change>> next;
        private Set<Change> waiting = new LinkedHashSet<>();
        private boolean pausing;

        Gathering(Consumer<Set<Change>> next) {
            this.next = next;
        }

        void add(Change change) {
            Set<Change> now;
            synchronized (this) {
                waiting.add(change);
                if (pausing) {
                    return;
                }
                now = take();
            }
            next.accept(now);
        }

        private synchronized Set<Change> take() {
            Set<Change> taken = waiting;
            waiting = new LinkedHashSet<>();
            pausing = true;
            TIMER.schedule(this::afterPause, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            return taken;
        }

        private void afterPause() {
            Set<Change> now;
            synchronized (this) {
                pausing = false;
                if (waiting.isEmpty()) {
                    return;
                }
                now = take();
            }
            next.accept(now);
        }
    }
}
