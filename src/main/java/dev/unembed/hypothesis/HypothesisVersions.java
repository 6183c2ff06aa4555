package dev.unembed.hypothesis;

import dev.unembed.base.Database;
import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/** Versions as rows: written once, and frozen once by a statement that two people at once can't both win. */
@ApplicationScoped
class HypothesisVersions implements PanacheRepository<HypothesisVersion> {
    private final Database database;

    HypothesisVersions(Database database) {
        this.database = database;
    }

    /** @return false when it was frozen already */
    boolean freeze(long hypothesisId, int number, String hash, long accountId, Instant now) {
        return database.update("""
                update hypothesis_version set frozen_hash = ?, frozen_at = ?, frozen_by = ?
                where hypothesis_id = ? and number = ? and frozen_hash is null
                """, hash, now, accountId, hypothesisId, number) == 1;
    }

    int newest(long hypothesisId) {
        return (int) database.number(
                "select coalesce(max(number), 0) from hypothesis_version where hypothesis_id = ?", hypothesisId);
    }

    long id(long hypothesisId, int number) {
        return database.number(
                "select id from hypothesis_version where hypothesis_id = ? and number = ?", hypothesisId, number);
    }

    /** Whether a test of this version is queued or being computed. */
    boolean isUnderWay(long versionId) {
        return database.number("""
                select count(*) from hypothesis_test t join run r on r.id = t.run_id
                where t.version_id = ? and r.status in ('QUEUED', 'RUNNING')
                """, versionId) > 0;
    }

    List<Long> tests(long versionId) {
        return database.list(
                "select run_id from hypothesis_test where version_id = ? order by run_id desc",
                row -> row.getLong(1),
                versionId);
    }
}
