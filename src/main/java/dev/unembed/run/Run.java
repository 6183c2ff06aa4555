package dev.unembed.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * One execution of one experiment, as its users create, change and remove it. Workers write by {@link RunClaims}; an update
 * from here names only the columns it changes, and is made under the row's lock.
 */
@Entity
@Table(name = "run")
@DynamicUpdate
class Run {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    long workspaceId;
    long authorId;
    String kind;
    long modelId;
    String modelDigest;
    String title;
    List<String> tags;
    String prompt;

    @Immutable
    @JdbcTypeCode(SqlTypes.JSON)
    ObjectNode params;

    String paramsHash;
    long seed;
    String engineVersion;

    @JdbcTypeCode(SqlTypes.SMALLINT)
    int priority;

    @Enumerated(EnumType.STRING)
    @Column(columnDefinition = "text")
    RunStatus status = RunStatus.QUEUED;

    boolean cancelRequested;
    long done;
    long total;
    long kept;
    int attempt;
    int deaths;

    @Nullable
    String worker;

    @Nullable
    String device;

    @Nullable
    String failureKind;

    @Nullable
    String failureText;

    @Immutable
    @JdbcTypeCode(SqlTypes.JSON)
    @Nullable
    ObjectNode summary;

    Instant createdAt;

    @Nullable
    Instant startedAt;

    @Nullable
    Instant finishedAt;
}
