package dev.unembed.run;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A worker as it last described itself; read here, written by the worker. */
@Entity
@Table(name = "worker")
@Immutable
class Worker {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    String name;
    String device;
    int threads;

    @JdbcTypeCode(SqlTypes.JSON)
    List<QueueService.WarmModel> warmModels;

    Instant startedAt;
    Instant lastSeenAt;
}
