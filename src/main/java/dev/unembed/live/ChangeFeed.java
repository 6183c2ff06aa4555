package dev.unembed.live;

import dev.unembed.base.Database;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * The one LISTEN connection of this process, and the way to announce a change inside a transaction.
 *
 * <p>Changes carry ids only. PostgreSQL delivers them after the commit, in order, to every process that listens at that
 * moment; what is announced while the connection is being made anew is lost, so a reader that must not miss anything
 * looks again by itself (the worker polls; a page reads when it is attached).
 */
@ApplicationScoped
public class ChangeFeed {
    /** How the database's list of sessions names this one. */
    static final String APPLICATION_NAME = "unembed-changes";

    private static final String CHANNEL = "unembed";
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final Duration RECONNECT_PAUSE = Duration.ofSeconds(1);

    private final Database database;
    private final String url;
    private final Properties login = new Properties();
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Thread thread;

    ChangeFeed(
            Database database,
            @ConfigProperty(name = "quarkus.datasource.jdbc.url") String url,
            @ConfigProperty(name = "quarkus.datasource.username") Optional<String> user,
            @ConfigProperty(name = "quarkus.datasource.password") Optional<String> password) {
        this.database = database;
        this.url = url;
        user.ifPresent(name -> login.setProperty("user", name));
        password.ifPresent(secret -> login.setProperty("password", secret));
        login.setProperty("ApplicationName", APPLICATION_NAME);
        login.setProperty("tcpKeepAlive", "true");
        login.setProperty("connectTimeout", "10");
    }

    /** Announces a change when the current transaction commits. */
    public void announce(Change change) {
        database.list("select pg_notify(?, ?)", row -> true, CHANNEL, change.payload());
    }

    /** Called on the feed's own thread for every change, from any process; run the result to end it. */
    public Runnable subscribe(Consumer<Change> listener) {
        // an own object per subscription, so that the same listener can subscribe twice
        Consumer<Change> subscription = listener::accept;
        listeners.add(subscription);
        return () -> listeners.remove(subscription);
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofPlatform().name("change-feed").daemon().start(this::listen);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping.countDown();
        if (thread != null) {
            thread.join(WAIT.plusSeconds(2));
        }
    }

    private void listen() {
        while (!isStopping()) {
            // not one of the pool's: it lives as long as the process, and when it dies nobody else must get it
            try (Connection connection = new Driver().connect(url, login)) {
                if (connection == null) {
                    throw new IllegalStateException(url + " is no PostgreSQL address");
                }
                try (Statement statement = connection.createStatement()) {
                    statement.execute("listen " + CHANNEL);
                }
                receive(connection.unwrap(PGConnection.class));
            } catch (SQLException e) {
                if (isStopping()) {
                    return;
                }
                Log.warnf("Live changes are interrupted and resume when the database answers: %s", e.getMessage());
                pause();
            }
        }
    }

    private void receive(PGConnection connection) throws SQLException {
        while (!isStopping()) {
            PGNotification[] received = connection.getNotifications((int) WAIT.toMillis());
            if (received != null) {
                for (PGNotification notification : received) {
                    deliver(notification.getParameter());
                }
            }
        }
    }

    private void deliver(String payload) {
        Change change;
        try {
            change = Change.parse(payload);
        } catch (IllegalArgumentException e) {
            Log.warnf("Ignored a notification: %s", e.getMessage());
            return;
        }
        for (Consumer<Change> listener : listeners) {
            try {
                listener.accept(change);
            } catch (RuntimeException e) {
                Log.errorf(e, "A listener failed on %s", change);
            }
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void pause() {
        try {
            if (stopping.await(RECONNECT_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                Log.debug("Stopping while reconnecting");
            }
        } catch (InterruptedException e) {
            stopping.countDown();
            Thread.currentThread().interrupt();
        }
    }
}
