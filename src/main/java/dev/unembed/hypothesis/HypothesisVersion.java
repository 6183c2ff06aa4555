package dev.unembed.hypothesis;

import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * One saved state of a claim. Written once; being frozen is an SQL statement of its own ({@link HypothesisVersions}), and the
 * database refuses every other change.
 */
@Entity
@Table(name = "hypothesis_version")
@Immutable
class HypothesisVersion {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    long hypothesisId;
    int number;
    long authorId;

    @JdbcTypeCode(SqlTypes.JSON)
    ObjectNode content;

    String note;
    Instant createdAt;

    @Nullable
    String frozenHash;

    @Nullable
    Instant frozenAt;

    @Nullable
    Long frozenBy;
}
