package dev.unembed.workspace;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A room that members share; every run is in one. */
@Entity
@Table(name = "workspace")
class Workspace {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    String name;
    Instant createdAt;

    Workspace() {}

    Workspace(String name, Instant createdAt) {
        this.name = name;
        this.createdAt = createdAt;
    }
}
