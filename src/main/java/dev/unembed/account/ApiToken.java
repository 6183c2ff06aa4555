package dev.unembed.account;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A key by which a program acts as an account. Only its hash is kept. */
@Entity
@Table(name = "api_token")
class ApiToken {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    long accountId;
    String name;
    String prefix;
    byte[] secretHash;
    Instant createdAt;

    @Nullable
    Instant lastUsedAt;

    ApiToken() {}

    ApiToken(long accountId, String name, String prefix, String secret, Instant createdAt) {
        this.accountId = accountId;
        this.name = name;
        this.prefix = prefix;
        this.secretHash = hash(secret);
        this.createdAt = createdAt;
    }

    /** SHA-256 suffices, and being unsalted allows an index: what is hashed is random, not chosen by a person. */
    static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    AccountService.TokenDetails toDetails() {
        return new AccountService.TokenDetails(id, name, prefix, createdAt, lastUsedAt);
    }
}
