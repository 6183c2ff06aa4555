package dev.unembed.model;

import dev.unembed.base.Conflict;
import dev.unembed.base.Database;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.model.hub.DownloadMeter;
import dev.unembed.model.hub.HubModel;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Downloads as rows. SQL, not an entity: every write of the process that runs one is fenced by its name, so that a process
 * which was taken for dead can't write over its successor.
 */
@ApplicationScoped
class DownloadRows {
    /** What the process that runs it must know. */
    record Claim(long id, HubModel model, @Nullable String commit, String name, boolean needsToken) {}

    private static final String UNIQUE = "23505";

    private static final String SELECT = """
            select d.*, coalesce(a.display_name, '') as requester
            from model_download d join account a on a.id = d.requested_by
            """;

    private final Database database;
    private final ChangeFeed changes;
    private final Clock clock;

    DownloadRows(Database database, ChangeFeed changes, Clock clock) {
        this.database = database;
        this.changes = changes;
        this.clock = clock;
    }

    List<DownloadDetails> all() {
        return database.list(SELECT + "order by d.id desc", DownloadRows::details);
    }

    Optional<DownloadDetails> byId(long id) {
        return database.first(SELECT + "where d.id = ?", DownloadRows::details, id);
    }

    Optional<DownloadDetails> unfinished(HubModel model) {
        return database.first(
                SELECT + "where lower(d.hub_id) = lower(?) and d.revision = ? and d.status <> 'SUCCEEDED'",
                DownloadRows::details,
                model.id(),
                model.revision());
    }

    /** @throws Conflict when another one came first */
    @Transactional
    long add(HubModel model, String name, long requestedBy, boolean needsToken, String owner) {
        try {
            Instant now = clock.instant();
            long id =
                    database.number("""
                    insert into model_download
                      (hub_id, revision, name, requested_by, status, needs_token, owner, seen_at, created_at)
                    values (?, ?, ?, ?, 'QUEUED', ?, ?, ?, ?) returning id
                    """, model.id(), model.revision(), name, requestedBy, needsToken, owner, now, now);
            announce(id);
            return id;
        } catch (Database.DatabaseFailure e) {
            throw UNIQUE.equals(e.state()) ? taken(name) : e;
        }
    }

    /**
     * Lets a stopped one wait again.
     *
     * @param anew looks its revision up again; else it goes on with the commit it began with
     * @return false when it isn't stopped
     */
    @Transactional
    boolean restart(long id, String name, boolean anew, boolean needsToken, String owner) {
        try {
            int changed = database.update("""
                    update model_download set status = 'QUEUED', name = ?, needs_token = ?, owner = ?, seen_at = ?,
                        cancel_requested = false, failure = null, activity = '', bytes_per_second = 0,
                        started_at = null, finished_at = null, commit_sha = case when ? then null else commit_sha end
                    where id = ? and status in ('FAILED', 'CANCELLED', 'INTERRUPTED')
                    """, name, needsToken, owner, clock.instant(), anew, id);
            announce(id);
            return changed > 0;
        } catch (Database.DatabaseFailure e) {
            throw UNIQUE.equals(e.state()) ? taken(name) : e;
        }
    }

    /** At once where it waits; where it runs, its process is asked to. */
    @Transactional
    boolean cancel(long id) {
        int changed = database.update(
                "update model_download set status = 'CANCELLED', finished_at = ? where id = ? and status = 'QUEUED'",
                clock.instant(),
                id);
        changed += database.update(
                "update model_download set cancel_requested = true where id = ? and status = 'RUNNING'", id);
        announce(id);
        return changed > 0;
    }

    /** @return false when it is under way */
    @Transactional
    boolean delete(long id) {
        int changed =
                database.update("delete from model_download where id = ? and status not in ('QUEUED', 'RUNNING')", id);
        announce(id);
        return changed > 0;
    }

    /** The next one that this process may run: its own, or one whose process went silent. */
    @Transactional
    Optional<Claim> claim(String owner, Duration silence) {
        Instant now = clock.instant();
        Optional<Claim> claim = database.first("""
                update model_download
                set status = 'RUNNING', owner = ?, seen_at = ?, started_at = ?, activity = '', bytes_per_second = 0
                where id = (
                  select id from model_download
                  where (status = 'QUEUED' and owner = ?) or (status in ('QUEUED', 'RUNNING') and seen_at < ?)
                  order by id limit 1 for update skip locked)
                returning id, hub_id, revision, commit_sha, name, needs_token
                """, DownloadRows::claimed, owner, now, now, owner, now.minus(silence));
        claim.ifPresent(taken -> announce(taken.id()));
        return claim;
    }

    /** Those that wait for this process still have one. */
    void keepWaiting(String owner) {
        database.update(
                "update model_download set seen_at = ? where owner = ? and status = 'QUEUED'", clock.instant(), owner);
    }

    /** @return whether it is to be cancelled; empty when it isn't this process's any more */
    Optional<Boolean> keepRunning(long id, String owner, DownloadMeter.Reading reading, long bytesPerSecond) {
        return database.first(
                """
                update model_download
                set seen_at = ?, activity = ?, done_bytes = ?, total_bytes = ?, bytes_per_second = ?
                where id = ? and owner = ? and status = 'RUNNING' returning cancel_requested
                """,
                row -> row.getBoolean(1),
                clock.instant(),
                reading.activity(),
                reading.doneBytes(),
                reading.totalBytes(),
                bytesPerSecond,
                id,
                owner);
    }

    void pin(long id, String owner, String commit) {
        database.update("update model_download set commit_sha = ? where id = ? and owner = ?", commit, id, owner);
    }

    @Transactional
    void succeed(long id, String owner, long modelId) {
        end(id, owner, "status = 'SUCCEEDED', model_id = ?", modelId);
    }

    /** @param status FAILED or INTERRUPTED */
    @Transactional
    void fail(long id, String owner, DownloadStatus status, String failure) {
        end(id, owner, "status = ?, failure = ?", status, failure);
    }

    @Transactional
    void cancelled(long id, String owner) {
        end(id, owner, "status = 'CANCELLED'");
    }

    /** Back to waiting, for whoever comes next. */
    @Transactional
    void leave(long id, String owner) {
        database.update("""
                update model_download set status = 'QUEUED', activity = '', bytes_per_second = 0, seen_at = 'epoch'
                where id = ? and owner = ? and status = 'RUNNING'
                """, id, owner);
        announce(id);
    }

    void leaveWaiting(String owner) {
        database.update("update model_download set seen_at = 'epoch' where owner = ? and status = 'QUEUED'", owner);
    }

    void announce(long id) {
        changes.announce(new Change(Change.MODEL_DOWNLOAD, id));
    }

    private void end(long id, String owner, String how, Object... values) {
        Object[] parameters = new Object[values.length + 3];
        System.arraycopy(values, 0, parameters, 0, values.length);
        parameters[values.length] = clock.instant();
        parameters[values.length + 1] = id;
        parameters[values.length + 2] = owner;
        database.update(
                "update model_download set " + how
                        + ", finished_at = ?, activity = '', bytes_per_second = 0, cancel_requested = false"
                        + " where id = ? and owner = ? and status = 'RUNNING'",
                parameters);
        announce(id);
    }

    private static Conflict taken(String name) {
        return new Conflict("Another download of this revision, or one that is to be named '" + name
                + "', is there already. Look at the list, or choose another name.");
    }

    private static Claim claimed(ResultSet row) throws SQLException {
        return new Claim(
                row.getLong("id"),
                new HubModel(row.getString("hub_id"), row.getString("revision")),
                row.getString("commit_sha"),
                row.getString("name"),
                row.getBoolean("needs_token"));
    }

    private static DownloadDetails details(ResultSet row) throws SQLException {
        return new DownloadDetails(
                row.getLong("id"),
                row.getString("hub_id"),
                row.getString("revision"),
                row.getString("commit_sha"),
                row.getString("name"),
                DownloadStatus.valueOf(row.getString("status")),
                row.getBoolean("cancel_requested"),
                row.getString("activity"),
                row.getLong("done_bytes"),
                row.getLong("total_bytes"),
                row.getLong("bytes_per_second"),
                row.getString("failure"),
                row.getString("requester"),
                Database.instant(row, "created_at"),
                Database.instantOrNull(row, "started_at"),
                Database.instantOrNull(row, "finished_at"));
    }
}
