package dev.unembed.account;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** Someone who may sign in. Never deleted, only deactivated: runs keep naming their author. */
@Entity
@Table(name = "account")
class Account {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    String username;
    String displayName;
    String passwordHash;
    boolean admin;
    boolean active;
    Instant createdAt;

    Account() {}

    Account(String username, String displayName, String passwordHash, boolean admin, Instant createdAt) {
        this.username = username;
        this.displayName = displayName;
        this.passwordHash = passwordHash;
        this.admin = admin;
        this.active = true;
        this.createdAt = createdAt;
    }

    Actor toActor() {
        return new Actor(id, username, displayName, admin);
    }

    AccountService.AccountDetails toDetails() {
        return new AccountService.AccountDetails(id, username, displayName, admin, active, createdAt);
    }
}
