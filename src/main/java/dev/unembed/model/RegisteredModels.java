package dev.unembed.model;

import dev.unembed.base.Conflict;
import dev.unembed.base.Database;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.exception.ConstraintViolationException.ConstraintKind;
import org.jspecify.annotations.Nullable;

/**
 * Registered models as rows. Each method is a transaction where its caller has none: the registry reads files between them.
 *
 * <p>Two statements stay SQL: the lock, which must also keep out those who would refer to the row (Hibernate's {@code for
 * no key update} lets them pass), and the upsert of a folder's digest, which two processes may do at once.
 */
@ApplicationScoped
class RegisteredModels implements PanacheRepository<RegisteredModel> {
    record Counted(RegisteredModel model, long runs) {
        ModelDetails toDetails() {
            return model.toDetails(runs);
        }
    }

    record RunsOfWorkspace(String workspace, long runs) {}

    private static final String SELECT =
            "select m, (select count(*) from Run r where r.modelId = m.id) from RegisteredModel m ";

    private final Database database;
    private final ChangeFeed changes;
    private final Clock clock;

    RegisteredModels(Database database, ChangeFeed changes, Clock clock) {
        this.database = database;
        this.changes = changes;
        this.clock = clock;
    }

    @Transactional
    List<ModelDetails> details() {
        return find(SELECT + "order by lower(m.name)").project(Counted.class).stream()
                .map(Counted::toDetails)
                .toList();
    }

    @Transactional
    Optional<ModelDetails> byName(String name) {
        return first("where lower(m.name) = lower(?1)", Database.storable(name));
    }

    @Transactional
    Optional<ModelDetails> byDigest(String digest) {
        return first("where m.digest = ?1", digest);
    }

    @Transactional
    Optional<ModelDetails> byCommit(String hubId, String commit) {
        return find(SELECT + "where lower(m.hubId) = lower(?1) and m.hubCommit = ?2", hubId, commit)
                .project(Counted.class)
                .firstResultOptional()
                .map(Counted::toDetails);
    }

    @Transactional
    Optional<ModelDetails> byFolder(Path folder) {
        return first("where m.folder = ?1", folder.toString());
    }

    @Transactional
    Optional<RegisteredModel> byId(long id) {
        return findByIdOptional(id);
    }

    private Optional<ModelDetails> first(String where, String value) {
        return find(SELECT + where, value)
                .project(Counted.class)
                .firstResultOptional()
                .map(Counted::toDetails);
    }

    /** @throws Conflict when its name or digest was taken at this moment */
    @Transactional
    void add(RegisteredModel model) {
        try {
            persistAndFlush(model);
        } catch (ConstraintViolationException e) {
            if (e.getKind() == ConstraintKind.UNIQUE) {
                throw new Conflict("Model '" + model.name + "' was registered by someone else at this moment.");
            }
            throw e;
        }
        announce(model.id);
    }

    /** @param model takes the place of the model of this id, all or nothing */
    @Transactional
    void replace(long id, RegisteredModel model) {
        // at once: a removal that waited for the flush would come after the insertion, which needs its name
        delete("id", id);
        add(model);
    }

    /** @return false when it was there already */
    @Transactional
    boolean move(long id, Path folder, String fingerprint) {
        return update(
                        "folder = ?1, fingerprint = ?2 where id = ?3 and (folder <> ?1 or fingerprint <> ?2)",
                        folder.toString(),
                        fingerprint,
                        id)
                > 0;
    }

    /** How many runs use it, by workspace, the most first. */
    List<RunsOfWorkspace> users(long id) {
        return database.list("""
                select w.name, count(*) from run r join workspace w on w.id = r.workspace_id
                where r.model_id = ? group by w.id, w.name order by count(*) desc, w.name
                """, row -> new RunsOfWorkspace(row.getString(1), row.getLong(2)), id);
    }

    /** Keeps how a reading of all bytes came out: a digest, or why it could not be read. */
    @Transactional
    void checked(long id, @Nullable String digest, @Nullable String problem) {
        database.update(
                "update model set checked_at = ?, checked_digest = ?, check_problem = ? where id = ?",
                clock.instant(),
                digest,
                problem,
                id);
        announce(id);
    }

    void announce(long id) {
        changes.announce(new Change(Change.MODEL, id));
    }

    /** Until the transaction ends no run can refer to the model. */
    void lock(long id) {
        database.list("select id from model where id = ? for update", row -> true, id);
    }

    /** The digest of a folder that was hashed before and hasn't changed since. */
    Optional<String> knownDigest(Path folder, String fingerprint) {
        return database.first(
                "select digest from folder_digest where folder = ? and fingerprint = ?",
                row -> row.getString(1),
                folder.toString(),
                fingerprint);
    }

    void keepDigest(Path folder, String fingerprint, String digest) {
        database.update("""
                insert into folder_digest (folder, fingerprint, digest) values (?, ?, ?)
                on conflict (folder) do update set fingerprint = excluded.fingerprint, digest = excluded.digest
                """, folder.toString(), fingerprint, digest);
    }
}
