package dev.unembed.promptset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.unembed.base.Database;
import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sets as rows. What readers see is SQL: a set with its newest version and the runs that read it is one statement. It
 * doesn't see an entity's changes before a flush.
 */
@ApplicationScoped
class PromptSets implements PanacheRepository<PromptSet> {
    private static final String DETAILS = """
            select s.*, w.name as workspace_name, a.username as author, v.number, v.example_count,
                v.origin #>> '{recipe,generator}' as generator, va.username as changed_by, v.created_at as changed_at,
                (select count(*) from run r where r.params ?? 'promptSet'
                    and r.params #>> '{promptSet,id}' = s.id::text) as runs
            from prompt_set s
            join workspace w on w.id = s.workspace_id
            join account a on a.id = s.author_id
            join lateral (select * from prompt_set_version each where each.prompt_set_id = s.id
                order by each.number desc limit 1) v on true
            join account va on va.id = v.author_id
            """; // ?? is how JDBC writes the operator ?

    private static final String VERSION = """
            select v.prompt_set_id, v.number, v.note, v.example_count, v.sha256, v.origin, v.created_at, %s as examples,
                s.name, s.workspace_id, a.username as author
            from prompt_set_version v
            join prompt_set s on s.id = v.prompt_set_id
            join account a on a.id = v.author_id
            where v.prompt_set_id = ?
            """;

    private final Database database;

    PromptSets(Database database) {
        this.database = database;
    }

    Optional<PromptSetDetails> details(long id) {
        return database.first(DETAILS + "where s.id = ?", PromptSets::read, id);
    }

    /** By name. @param words all of which the name has; null for any */
    List<PromptSetDetails> list(long workspaceId, @Nullable String words) {
        StringBuilder where = new StringBuilder("where s.workspace_id = ?");
        List<Object> parameters = new ArrayList<>(List.of(workspaceId));
        if (words != null) {
            for (String word : words.strip().split("\\s+")) {
                if (!word.isEmpty()) {
                    where.append(" and s.name ilike ?");
                    parameters.add("%" + word.replaceAll("([\\\\%_])", "\\\\$1") + "%");
                }
            }
        }
        return database.list(DETAILS + where + " order by lower(s.name), s.id", PromptSets::read, parameters.toArray());
    }

    /** Newest first, without their examples. */
    List<VersionDetails> versions(long id) {
        return database.list(VERSION.formatted("null") + " order by v.number desc", PromptSets::readVersion, id);
    }

    /** @param number null for the newest */
    Optional<VersionDetails> version(long id, @Nullable Integer number) {
        String sql = VERSION.formatted("v.examples");
        return number == null
                ? database.first(sql + " order by v.number desc limit 1", PromptSets::readVersion, id)
                : database.first(sql + " and v.number = ?", PromptSets::readVersion, id, number);
    }

    long countNamed(long workspaceId, String name, long except) {
        return count("workspaceId = ?1 and lower(name) = lower(?2) and id <> ?3", workspaceId, name, except);
    }

    /** Until the transaction ends nobody else adds a version, and no run comes to refer to it. */
    boolean lock(long id) {
        return database.first("select id from prompt_set where id = ? for update", row -> true, id)
                .isPresent();
    }

    /** Until the transaction ends nobody deletes it. */
    void hold(long id) {
        database.list("select id from prompt_set where id = ? for share", row -> true, id);
    }

    private static PromptSetDetails read(ResultSet row) throws SQLException {
        return new PromptSetDetails(
                row.getLong("id"),
                row.getLong("workspace_id"),
                row.getString("workspace_name"),
                row.getString("name"),
                row.getString("author"),
                Database.instant(row, "created_at"),
                row.getInt("number"),
                row.getInt("example_count"),
                row.getString("generator"),
                row.getString("changed_by"),
                Database.instant(row, "changed_at"),
                row.getLong("runs"));
    }

    private static VersionDetails readVersion(ResultSet row) throws SQLException {
        String examples = row.getString("examples");
        String origin = row.getString("origin");
        return new VersionDetails(
                row.getLong("prompt_set_id"),
                row.getLong("workspace_id"),
                row.getString("name"),
                row.getInt("number"),
                row.getString("author"),
                Database.instant(row, "created_at"),
                row.getString("note"),
                row.getInt("example_count"),
                row.getString("sha256"),
                origin == null ? null : origin(origin),
                examples == null ? null : ExamplesJson.examples((ArrayNode) tree(examples)));
    }

    private static Origin origin(String text) {
        try {
            return ExamplesJson.JSON.treeToValue(tree(text), Origin.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored origin can't be read", e);
        }
    }

    private static JsonNode tree(String text) {
        try {
            return ExamplesJson.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored JSON can't be read", e);
        }
    }
}
