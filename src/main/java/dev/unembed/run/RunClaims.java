package dev.unembed.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.base.Database;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * What a worker may write about a run it took.
 *
 * <p>Taking a run raises its attempt, and every later write names that attempt. A worker that was thought dead and isn't
 * finds its writes refused once another has taken the run; so whatever dies or comes back, a run ends once and has at most
 * one result. Each write is therefore one SQL statement that checks and changes at once; an entity would be read first and
 * written later.
 */
@ApplicationScoped
public class RunClaims {
    /**
     * A run in a worker's hands.
     *
     * @param deaths how many workers died over this run before
     */
    public record Claim(
            long runId,
            int attempt,
            String kind,
            long modelId,
            String model,
            ObjectNode params,
            long seed,
            boolean cancelRequested,
            int deaths) {}

    /** What a progress report is answered with. */
    public enum Answer {
        CONTINUE,
        /** Someone asked for the run to be cancelled. */
        CANCEL,
        /** The run was taken by another worker, or is gone: this one's work counts for nothing. */
        LOST
    }

    /** How long a stopped run can be resumed. */
    public static final Duration CHECKPOINT_KEPT = Duration.ofDays(7);

    private static final String MINE = " where id = ? and attempt = ? and status = 'RUNNING'";

    private final Database database;
    private final RunResults results;
    private final ChangeFeed changes;
    private final Clock clock;

    RunClaims(Database database, RunResults results, ChangeFeed changes, Clock clock) {
        this.database = database;
        this.results = results;
        this.changes = changes;
        this.clock = clock;
    }

    /**
     * Takes a run: a queued one, or one whose worker went silent.
     *
     * @return empty when the run has ended or is gone
     */
    @Transactional
    public Optional<Claim> take(long runId, String worker) {
        Optional<Claim> claim = database.first("""
                update run set status = 'RUNNING', attempt = attempt + 1, worker = ?, device = null, started_at = ?, done = 0,
                    total = 0, kept = coalesce((select c.done from run_checkpoint c where c.run_id = run.id), 0),
                    deaths = deaths + case when status = 'RUNNING' then 1 else 0 end
                where id = ? and status in ('QUEUED', 'RUNNING')
                returning id, attempt, kind, model_id, (select name from model where id = model_id) as model, params, seed,
                    cancel_requested, deaths
                """, RunClaims::read, worker, clock.instant(), runId);
        claim.ifPresent(taken -> announce(runId));
        forgetOldCheckpoints();
        return claim;
    }

    private void forgetOldCheckpoints() {
        database.update(
                "delete from run_checkpoint where saved_at < ? and not exists"
                        + " (select 1 from run where id = run_id and status in ('QUEUED', 'RUNNING'))",
                clock.instant().minus(CHECKPOINT_KEPT));
    }

    /** Records where a run is computed. */
    @Transactional
    public void computedOn(Claim claim, String device) {
        database.update("update run set device = ?" + MINE, device, claim.runId(), claim.attempt());
    }

    /** Stores how far a run is; one statement, answered with what the worker must know. */
    @Transactional
    public Answer progress(Claim claim, long done, long total) {
        Optional<Boolean> cancel = database.first(
                "update run set done = ?, total = ?" + MINE + " returning cancel_requested",
                row -> row.getBoolean(1),
                done,
                total,
                claim.runId(),
                claim.attempt());
        if (cancel.isEmpty()) {
            return Answer.LOST;
        }
        announce(claim.runId());
        return cancel.get() ? Answer.CANCEL : Answer.CONTINUE;
    }

    /** What an earlier attempt saved; empty where there is none. */
    @Transactional
    public Optional<byte[]> checkpoint(Claim claim) {
        return database.first(
                "select state from run_checkpoint where run_id = ?", row -> row.getBytes(1), claim.runId());
    }

    /** Replaces what was saved before; nothing happens when the run isn't this worker's any more. */
    @Transactional
    public void saveCheckpoint(Claim claim, byte[] state) {
        database.update(
                "insert into run_checkpoint (run_id, state, saved_at, done, total) select id, ?, ?, done, total from run"
                        + MINE + " on conflict (run_id) do update set state = excluded.state,"
                        + " saved_at = excluded.saved_at, done = excluded.done, total = excluded.total",
                state,
                clock.instant(),
                claim.runId(),
                claim.attempt());
    }

    /**
     * Stores the result and ends the run, both or neither.
     *
     * @param blob gzip of a safetensors file
     * @return false when the run wasn't this worker's any more: nothing was stored
     */
    @Transactional
    public boolean succeed(Claim claim, byte[] blob, String etag, ObjectNode summary) {
        int updated = database.update(
                "update run set status = 'SUCCEEDED', summary = ?::jsonb, finished_at = ?, done = greatest(total, 1),"
                        + " total = greatest(total, 1)" + MINE,
                summary.toString(),
                clock.instant(),
                claim.runId(),
                claim.attempt());
        if (updated == 1) {
            results.persistAndFlush(new RunResult(claim.runId(), blob, etag));
            dropCheckpoint(claim);
            announce(claim.runId());
        }
        return updated == 1;
    }

    /** Ends the run; its checkpoint stays where resources were the reason, since more of them may carry it to its end. */
    @Transactional
    public boolean fail(Claim claim, RunDetails.Failure failure) {
        if (!failure.kind().equals("resources")) {
            dropCheckpoint(claim);
        }
        return end(
                claim,
                "update run set status = 'FAILED', failure_kind = ?, failure_text = ?, finished_at = ?" + MINE,
                failure.kind(),
                failure.text(),
                clock.instant(),
                claim.runId(),
                claim.attempt());
    }

    /** Ends the run; its checkpoint stays, so that it can be resumed. */
    @Transactional
    public boolean cancel(Claim claim) {
        return end(
                claim,
                "update run set status = 'CANCELLED', cancel_requested = true, finished_at = ?" + MINE,
                clock.instant(),
                claim.runId(),
                claim.attempt());
    }

    /** Puts the run back where it waited: the worker is stopping, and the run is not to blame. */
    @Transactional
    public boolean putBack(Claim claim) {
        return end(
                claim,
                "update run set status = 'QUEUED', worker = null, device = null, started_at = null, done = 0, total = 0"
                        + MINE,
                claim.runId(),
                claim.attempt());
    }

    private void dropCheckpoint(Claim claim) {
        database.update(
                "delete from run_checkpoint where run_id = ? and exists (select 1 from run where id = run_id and attempt = ?)",
                claim.runId(),
                claim.attempt());
    }

    private boolean end(Claim claim, String sql, Object... parameters) {
        boolean mine = database.update(sql, parameters) == 1;
        if (mine) {
            announce(claim.runId());
        }
        return mine;
    }

    private void announce(long runId) {
        changes.announce(new Change(Change.RUN, runId));
    }

    private static Claim read(ResultSet row) throws SQLException {
        return new Claim(
                row.getLong("id"),
                row.getInt("attempt"),
                row.getString("kind"),
                row.getLong("model_id"),
                row.getString("model"),
                Runs.object(row.getString("params")),
                row.getLong("seed"),
                row.getBoolean("cancel_requested"),
                row.getInt("deaths"));
    }
}
