package dev.unembed.workspace;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;

/** An account's role in a workspace. The account is known by id only: its columns belong to another feature. */
@Entity
@Table(name = "membership")
@IdClass(Membership.Key.class)
class Membership {
    record Key(long workspaceId, long accountId) {}

    @Id
    long workspaceId;

    @Id
    long accountId;

    @Enumerated(EnumType.STRING)
    @Column(columnDefinition = "text")
    Role role;

    Instant since;

    Membership() {}

    Membership(long workspaceId, long accountId, Role role, Instant since) {
        this.workspaceId = workspaceId;
        this.accountId = accountId;
        this.role = role;
        this.since = since;
    }
}
