package dev.unembed.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.base.Database;
import dev.unembed.engine.InvalidInput;
import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs as rows. What users change of a run goes through the entity, loaded under a row lock.
 *
 * <p>What readers see of runs is SQL: one statement joins six tables, counts the place in the queue, measures the result
 * without loading it, and pages by the values of the last row under filters that come and go. As HQL it would be the same
 * text with some functions escaped. It doesn't see an entity's changes before a flush.
 */
@ApplicationScoped
class Runs implements PanacheRepository<Run> {
    record Page(List<RunDetails> runs, @Nullable String next) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String FROM = """
             from run r
            join workspace w on w.id = r.workspace_id
            join account a on a.id = r.author_id
            join model m on m.id = r.model_id
            left join run_result rr on rr.run_id = r.id
            left join run_checkpoint rc on rc.run_id = r.id
            """;
    private static final String SELECT = """
            select r.*, w.name as workspace_name, a.username, m.name as model_name, left(r.prompt, 200) as prompt_start,
                octet_length(rr.blob)::bigint as result_bytes,
                rc.saved_at as checkpoint_saved_at, rc.done as checkpoint_done, rc.total as checkpoint_total,
                case when r.status = 'QUEUED' then 1 + (
                    select count(*)::int from run ahead where ahead.status = 'QUEUED' and (ahead.priority > r.priority
                        or ahead.priority = r.priority and (ahead.created_at, ahead.id) < (r.created_at, r.id))) end
                    as queue_position
            """;

    /** A column to sort by, with the type its text form is read back as. */
    private enum Sort {
        CREATED("r.created_at", "timestamptz"),
        TITLE("lower(r.title)", "text"),
        FINISHED("coalesce(r.finished_at, 'infinity'::timestamptz)", "timestamptz");

        final String expression;
        final String type;

        Sort(String expression, String type) {
            this.expression = expression;
            this.type = type;
        }

        static Sort of(String name) {
            String column = name.startsWith("-") ? name.substring(1) : name;
            for (Sort sort : values()) {
                if (sort.name().toLowerCase(Locale.ROOT).equals(column)) {
                    return sort;
                }
            }
            throw new InvalidInput("sort is '" + name
                    + "'; expected created, title or finished, with a minus in front for descending.");
        }
    }

    private final Database database;

    Runs(Database database) {
        this.database = database;
    }

    Optional<RunDetails> details(long id) {
        return database.first(SELECT + FROM + "where r.id = ?", Runs::read, id);
    }

    /**
     * An identical run that has a result or is on its way to one; the best of them. Until the transaction ends, others who
     * ask the same wait: two equal requests at the same moment make one run.
     */
    Optional<RunDetails> identical(long workspaceId, String paramsHash) {
        database.list(
                "select pg_advisory_xact_lock(hashtextextended(?, 0))", row -> true, workspaceId + ":" + paramsHash);
        return database.first(SELECT + FROM + """
                where r.workspace_id = ? and r.params_hash = ? and r.status in ('QUEUED', 'RUNNING', 'SUCCEEDED')
                    and not (r.cancel_requested and r.status <> 'SUCCEEDED')
                order by (r.status = 'SUCCEEDED') desc, r.id desc limit 1
                """, Runs::read, workspaceId, paramsHash);
    }

    /** @param memberId whose workspaces are searched, where the filter names none */
    Page page(RunFilter filter, long memberId) {
        Sort sort = Sort.of(filter.sort());
        boolean descending = filter.sort().startsWith("-");
        List<Object> parameters = new ArrayList<>();
        String where = where(filter, memberId, parameters);
        if (filter.cursor() != null) {
            List<String> position = decode(filter.cursor(), filter.sort());
            where += " and (" + sort.expression + ", r.id) " + (descending ? "<" : ">") + " (?::" + sort.type + ", ?)";
            parameters.add(position.get(1));
            parameters.add(Long.parseLong(position.get(2)));
        }
        String direction = descending ? " desc" : "";
        parameters.add(filter.limit() + 1);
        record Keyed(RunDetails run, String key) {}
        List<Keyed> found;
        try {
            found = database.list(
                    SELECT + ", (" + sort.expression + ")::text as sort_key" + FROM + where + " order by "
                            + sort.expression + direction + ", r.id" + direction + " limit ?",
                    row -> new Keyed(read(row), row.getString("sort_key")),
                    parameters.toArray());
        } catch (Database.DatabaseFailure e) {
            if (filter.cursor() != null && String.valueOf(e.state()).startsWith("22")) {
                throw badCursor();
            }
            throw e;
        }
        boolean more = found.size() > filter.limit();
        List<Keyed> shown = more ? found.subList(0, filter.limit()) : found;
        String next = null;
        if (more) {
            Keyed last = shown.getLast();
            next = encode(filter.sort(), last.key(), last.run().id());
        }
        return new Page(shown.stream().map(Keyed::run).toList(), next);
    }

    long count(RunFilter filter, long memberId) {
        List<Object> parameters = new ArrayList<>();
        String where = where(filter, memberId, parameters);
        return database.number("select count(*)" + FROM + where, parameters.toArray());
    }

    /** Finished runs of these kinds that asked the same of the same model in the same workspace, newest first. */
    List<RunDetails> aboutTheSamePrompts(long id, List<String> kinds) {
        return database.list(
                SELECT + FROM + "join run asked on asked.id = ?" + """
                         where r.workspace_id = asked.workspace_id and r.model_digest = asked.model_digest
                            and r.id <> asked.id and r.status = 'SUCCEEDED' and r.kind = any(?)
                            and r.params -> 'bos' is not distinct from asked.params -> 'bos'
                        """ + " and " + questions("r") + " = "
                        + questions("asked") + " order by r.id desc limit 50",
                Runs::read,
                id,
                kinds);
    }

    /** Prompt, answer and foil of every example: what templates and counterparts leave as it is. */
    private static String questions(String run) {
        return """
                (select jsonb_agg(jsonb_build_array(example -> 'prompt', example -> 'answer', example -> 'foil') order by number)
                    from jsonb_array_elements(%s.params -> 'examples') with ordinality as each (example, number))
                """.formatted(run);
    }

    /** In the order they start. */
    List<RunDetails> waiting(long memberId, int limit) {
        return database.list(SELECT + FROM + """
                where r.status = 'QUEUED'
                    and r.workspace_id in (select workspace_id from membership where account_id = ?)
                order by r.priority desc, r.created_at, r.id limit ?
                """, Runs::read, memberId, limit);
    }

    List<RunDetails> running(long memberId) {
        return database.list(SELECT + FROM + """
                where r.status = 'RUNNING'
                    and r.workspace_id in (select workspace_id from membership where account_id = ?)
                order by r.started_at, r.id
                """, Runs::read, memberId);
    }

    /** Runs of workspaces that the account isn't a member of. */
    long countOthers(long memberId, RunStatus status) {
        return count(
                "status = ?1 and workspaceId not in (select workspaceId from Membership where accountId = ?2)",
                status,
                memberId);
    }

    /** Distinct, sorted. */
    List<String> tags(long workspaceId) {
        return database.list(
                "select distinct unnest(tags) as tag from run where workspace_id = ? order by tag",
                row -> row.getString(1),
                workspaceId);
    }

    List<String> authors(long workspaceId) {
        return find("""
                select a.username from Account a
                where exists (select 1 from Run r where r.authorId = a.id and r.workspaceId = ?1) order by a.username
                """, workspaceId).project(String.class).list();
    }

    private static String where(RunFilter filter, long memberId, List<Object> parameters) {
        StringBuilder where = new StringBuilder("where ");
        if (filter.workspaceId() != null) {
            where.append("r.workspace_id = ?");
            parameters.add(filter.workspaceId());
        } else {
            where.append("r.workspace_id in (select workspace_id from membership where account_id = ?)");
            parameters.add(memberId);
        }
        and(where, parameters, "r.kind = ?", filter.kind());
        and(where, parameters, "lower(m.name) = lower(?)", filter.model());
        and(where, parameters, "r.status = ?", filter.status());
        and(where, parameters, "r.tags @> ?", filter.tag() == null ? null : List.of(filter.tag()));
        and(where, parameters, "a.username = ?", filter.author());
        if (filter.q() != null) {
            for (String word : filter.q().strip().split("\\s+")) {
                if (!word.isEmpty()) {
                    String pattern = "%" + word.replaceAll("([\\\\%_])", "\\\\$1") + "%";
                    and(
                            where,
                            parameters,
                            "r.title || ' ' || r.prompt || ' ' || array_to_string(r.tags, ' ') ilike ?",
                            pattern);
                }
            }
        }
        return where.toString();
    }

    private static void and(StringBuilder where, List<Object> parameters, String condition, @Nullable Object value) {
        if (value != null) {
            where.append(" and ").append(condition);
            parameters.add(value);
        }
    }

    private static String encode(String sort, String key, long id) {
        String position =
                JSON.createArrayNode().add(sort).add(key).add(Long.toString(id)).toString();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(position.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> decode(String cursor, String sort) {
        try {
            List<String> position = List.of(JSON.readValue(
                    new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8), String[].class));
            if (position.size() == 3 && position.get(0).equals(sort)) {
                Long.parseLong(position.get(2));
                return position;
            }
            throw badCursor();
        } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
            throw badCursor();
        }
    }

    private static InvalidInput badCursor() {
        return new InvalidInput(
                "cursor is not one that a page of this list with this sort gave. Leave it out to start at the first page.");
    }

    static ObjectNode object(String text) {
        try {
            return (ObjectNode) JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored JSON can't be read", e);
        }
    }

    private static RunDetails read(ResultSet row) throws SQLException {
        String failureKind = row.getString("failure_kind");
        String summary = row.getString("summary");
        Instant savedAt = Database.instantOrNull(row, "checkpoint_saved_at");
        return new RunDetails(
                row.getLong("id"),
                row.getLong("workspace_id"),
                row.getString("workspace_name"),
                row.getString("kind"),
                row.getString("model_name"),
                row.getString("model_digest"),
                row.getString("title"),
                List.of((String[]) row.getArray("tags").getArray()),
                RunStatus.valueOf(row.getString("status")),
                row.getInt("priority"),
                row.getLong("done"),
                row.getLong("total"),
                row.getLong("kept"),
                row.getBoolean("cancel_requested"),
                row.getObject("queue_position", Integer.class),
                row.getString("username"),
                object(row.getString("params")),
                row.getString("prompt_start"),
                row.getLong("seed"),
                row.getString("engine_version"),
                row.getString("worker"),
                row.getString("device"),
                failureKind == null ? null : new RunDetails.Failure(failureKind, row.getString("failure_text")),
                savedAt == null
                        ? null
                        : new RunDetails.Checkpoint(
                                row.getLong("checkpoint_done"), row.getLong("checkpoint_total"), savedAt),
                summary == null ? null : object(summary),
                row.getObject("result_bytes", Long.class),
                row.getInt("attempt"),
                Database.instant(row, "created_at"),
                Database.instantOrNull(row, "started_at"),
                Database.instantOrNull(row, "finished_at"));
    }
}
