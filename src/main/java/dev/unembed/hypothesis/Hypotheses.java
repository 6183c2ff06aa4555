package dev.unembed.hypothesis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.base.Database;
import dev.unembed.hypothesis.HypothesisDetails.Evidence;
import dev.unembed.hypothesis.HypothesisDetails.Frozen;
import dev.unembed.hypothesis.HypothesisDetails.Version;
import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Hypotheses and their versions as rows.
 *
 * <p>What readers see is SQL: states are derived from runs in the statement that filters by them, so that no list can show a
 * state that the evidence doesn't have. It doesn't see an entity's changes before a flush.
 */
@ApplicationScoped
class Hypotheses implements PanacheRepository<Hypothesis> {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One row per version: what is stored of it, the test under way, and the newest finished test. */
    private static final String VERSIONS = """
            select v.*, va.username as version_author, fa.username as frozen_by_name,
                (select max(t.run_id) from hypothesis_test t join run r on r.id = t.run_id
                  where t.version_id = v.id and r.status in ('QUEUED', 'RUNNING')) as testing,
                e.run_id as evidence_run, e.summary as evidence_summary, e.finished_at as evidence_at, e.label
            from hypothesis_version v
            join account va on va.id = v.author_id
            left join account fa on fa.id = v.frozen_by
            left join lateral (
                select r.id as run_id, r.summary, r.finished_at,
                    coalesce(r.summary ->> 'verdict', 'inconclusive') as label
                from hypothesis_test t join run r on r.id = t.run_id
                where t.version_id = v.id and r.status = 'SUCCEEDED'
                order by t.run_id desc limit 1) e on true
            """;

    private static final String STATE = """
            case when v.frozen_hash is null then 'draft' when v.testing is not null then 'testing'
                else coalesce(v.label, 'frozen') end
            """;

    private static final String DETAILS = """
            select v.*, h.id as h_id, h.workspace_id, w.name as workspace_name, h.title, h.model, a.username as author_name,
                h.created_at as h_created_at,
                le.number as last_number, le.evidence_run as last_run, le.evidence_summary as last_summary,
                le.evidence_at as last_at, le.label as last_label
            from hypothesis h
            join workspace w on w.id = h.workspace_id
            join account a on a.id = h.author_id
            join lateral (%1$s where v.hypothesis_id = h.id order by v.number desc limit 1) v on true
            left join lateral (%1$s where v.hypothesis_id = h.id and e.run_id is not null
                order by e.finished_at desc, e.run_id desc limit 1) le on true
            """.formatted(VERSIONS);

    private final Database database;

    Hypotheses(Database database) {
        this.database = database;
    }

    Optional<HypothesisDetails> details(long id) {
        return database.first(DETAILS + " where h.id = ?", Hypotheses::details, id);
    }

    /** Newest first. @param memberId whose workspaces are searched, where the filter names none */
    List<HypothesisDetails> page(HypothesisFilter filter, long memberId) {
        List<Object> parameters = new ArrayList<>();
        String where = where(filter, memberId, parameters);
        if (filter.before() != null) {
            where += " and h.id < ?";
            parameters.add(filter.before());
        }
        parameters.add(filter.limit());
        return database.list(
                DETAILS + where + " order by h.id desc limit ?", Hypotheses::details, parameters.toArray());
    }

    long count(HypothesisFilter filter, long memberId) {
        List<Object> parameters = new ArrayList<>();
        String where = where(filter, memberId, parameters);
        return database.number("select count(*) from (" + DETAILS + where + ") found", parameters.toArray());
    }

    /** Newest first. */
    List<Version> versions(long hypothesisId) {
        return database.list(
                VERSIONS + " where v.hypothesis_id = ? order by v.number desc", Hypotheses::version, hypothesisId);
    }

    Optional<Version> version(long hypothesisId, int number) {
        return database.first(
                VERSIONS + " where v.hypothesis_id = ? and v.number = ?", Hypotheses::version, hypothesisId, number);
    }

    private static String where(HypothesisFilter filter, long memberId, List<Object> parameters) {
        StringBuilder where = new StringBuilder(" where ");
        if (filter.workspaceId() != null) {
            where.append("h.workspace_id = ?");
            parameters.add(filter.workspaceId());
        } else {
            where.append("h.workspace_id in (select workspace_id from membership where account_id = ?)");
            parameters.add(memberId);
        }
        if (filter.model() != null) {
            where.append(" and lower(h.model) = lower(?)");
            parameters.add(filter.model());
        }
        if (filter.state() != null) {
            where.append(" and ").append(STATE).append(" = ?");
            parameters.add(filter.state().text());
        }
        if (filter.q() != null) {
            for (String word : filter.q().strip().split("\\s+")) {
                if (!word.isEmpty()) {
                    where.append(" and h.title || ' ' || (v.content ->> 'claim') ilike ?");
                    parameters.add("%" + word.replaceAll("([\\\\%_])", "\\\\$1") + "%");
                }
            }
        }
        return where.toString();
    }

    private static HypothesisDetails details(ResultSet row) throws SQLException {
        Version newest = version(row);
        return new HypothesisDetails(
                row.getLong("h_id"),
                row.getLong("workspace_id"),
                row.getString("workspace_name"),
                row.getString("title"),
                row.getString("model"),
                row.getString("author_name"),
                Database.instant(row, "h_created_at"),
                newest.number(),
                newest,
                evidence(row, "last_number", "last_run", "last_label", "last_summary", "last_at"));
    }

    private static Version version(ResultSet row) throws SQLException {
        String hash = row.getString("frozen_hash");
        Evidence evidence = evidence(row, "number", "evidence_run", "label", "evidence_summary", "evidence_at");
        Long testing = row.getObject("testing", Long.class);
        return new Version(
                row.getLong("hypothesis_id"),
                row.getInt("number"),
                HypothesisState.of(hash != null, testing != null, evidence == null ? null : evidence.label()),
                VersionContent.read(row.getString("content")),
                row.getString("note"),
                row.getString("version_author"),
                Database.instant(row, "created_at"),
                hash == null
                        ? null
                        : new Frozen(hash, Database.instant(row, "frozen_at"), row.getString("frozen_by_name")),
                evidence,
                testing);
    }

    private static @Nullable Evidence evidence(
            ResultSet row, String number, String run, String label, String summary, String finishedAt)
            throws SQLException {
        Long runId = row.getObject(run, Long.class);
        Instant finished = Database.instantOrNull(row, finishedAt);
        if (runId == null || finished == null) {
            return null;
        }
        String text = row.getString(summary);
        return new Evidence(
                row.getInt(number), runId, row.getString(label), object(text == null ? "{}" : text), finished);
    }

    private static ObjectNode object(String text) {
        try {
            return (ObjectNode) JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored JSON can't be read", e);
        }
    }
}
