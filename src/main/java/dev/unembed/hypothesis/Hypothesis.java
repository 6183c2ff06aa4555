package dev.unembed.hypothesis;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.DynamicUpdate;

/** The name that a claim's versions share. Only its title ever changes. */
@Entity
@Table(name = "hypothesis")
@DynamicUpdate
class Hypothesis {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    long workspaceId;
    long authorId;
    String model;
    String title;
    Instant createdAt;
}
