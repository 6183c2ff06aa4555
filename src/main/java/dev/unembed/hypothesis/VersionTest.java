package dev.unembed.hypothesis;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;

/** A run that tests a version. */
@Entity
@Table(name = "hypothesis_test")
@Immutable
class VersionTest {
    @Id
    long runId;

    long versionId;
    Instant createdAt;

    VersionTest() {}

    VersionTest(long runId, long versionId, Instant createdAt) {
        this.runId = runId;
        this.versionId = versionId;
        this.createdAt = createdAt;
    }
}
