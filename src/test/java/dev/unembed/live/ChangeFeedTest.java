package dev.unembed.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unembed.base.Database;
import dev.unembed.testing.PostgresResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ChangeFeedTest {
    private final ChangeFeed feed;
    private final Database database;

    ChangeFeedTest(ChangeFeed feed, Database database) {
        this.feed = feed;
        this.database = database;
    }

    @Test
    void deliversAfterTheCommitOnly() throws InterruptedException {
        BlockingQueue<Change> received = listenTo("commit");
        QuarkusTransaction.requiringNew().run(() -> {
            feed.announce(new Change("commit", 1));
            // another transaction overtakes the open one
            QuarkusTransaction.requiringNew().run(() -> feed.announce(new Change("commit", 2)));
            assertThat(next(received)).isEqualTo(new Change("commit", 2));
            assertThat(received).isEmpty();
        });
        assertThat(next(received)).isEqualTo(new Change("commit", 1));
    }

    @Test
    void aRollbackAnnouncesNothing() {
        BlockingQueue<Change> received = listenTo("rollback");
        QuarkusTransaction.begin();
        feed.announce(new Change("rollback", 1));
        QuarkusTransaction.rollback();
        feed.announce(new Change("rollback", 2));
        assertThat(next(received)).isEqualTo(new Change("rollback", 2));
    }

    @Test
    void oneListenersFailureDoesNotReachTheOthers() {
        Runnable end = feed.subscribe(change -> {
            throw new IllegalStateException("this listener fails on purpose");
        });
        BlockingQueue<Change> received = listenTo("failure");
        feed.announce(new Change("failure", 1));
        assertThat(next(received)).isEqualTo(new Change("failure", 1));
        end.run();
    }

    @Test
    void listensAgainAfterTheConnectionWasLost() {
        BlockingQueue<Change> received = listenTo("reconnect");
        feed.announce(new Change("reconnect", 0));
        assertThat(next(received)).isEqualTo(new Change("reconnect", 0));

        database.list(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where datname = current_database() and application_name = ?",
                row -> row.getBoolean(1),
                ChangeFeed.APPLICATION_NAME);

        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        Change arrived = null;
        for (long id = 1; arrived == null && System.nanoTime() < deadline; id++) {
            feed.announce(new Change("reconnect", id));
            arrived = poll(received, 300);
        }
        assertThat(arrived)
                .as("a change announced after the connection was cut")
                .isNotNull();
    }

    @Test
    void anEndedSubscriptionHearsNothing() {
        BlockingQueue<Change> ended = new LinkedBlockingQueue<>();
        feed.subscribe(ended::add).run();
        BlockingQueue<Change> received = listenTo("ended");
        feed.announce(new Change("ended", 1));
        assertThat(next(received)).isNotNull();
        assertThat(ended).isEmpty();
    }

    private BlockingQueue<Change> listenTo(String topic) {
        BlockingQueue<Change> received = new LinkedBlockingQueue<>();
        feed.subscribe(change -> {
            if (change.topic().equals(topic)) {
                received.add(change);
            }
        });
        return received;
    }

    private static @Nullable Change next(BlockingQueue<Change> received) {
        return poll(received, 10_000);
    }

    private static @Nullable Change poll(BlockingQueue<Change> received, long millis) {
        try {
            return received.poll(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
