package dev.unembed.promptset;

import com.fasterxml.jackson.databind.node.ArrayNode;
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

/** A set as somebody saved it. */
@Entity
@Table(name = "prompt_set_version")
@Immutable
class PromptSetVersion {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    long promptSetId;
    int number;
    long authorId;
    String note;

    @Immutable
    @JdbcTypeCode(SqlTypes.JSON)
    ArrayNode examples;

    int exampleCount;
    String sha256;

    @Immutable
    @JdbcTypeCode(SqlTypes.JSON)
    @Nullable
    ObjectNode origin;

    Instant createdAt;
}
