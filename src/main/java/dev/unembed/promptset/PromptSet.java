package dev.unembed.promptset;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A name for a list of examples; the list itself is in its versions. */
@Entity
@Table(name = "prompt_set")
class PromptSet {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    long workspaceId;
    long authorId;
    String name;
    Instant createdAt;

    PromptSet() {}

    PromptSet(long workspaceId, long authorId, String name, Instant createdAt) {
        this.workspaceId = workspaceId;
        this.authorId = authorId;
        this.name = name;
        this.createdAt = createdAt;
    }
}
