package dev.unembed.account;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** API tokens as rows. */
@ApplicationScoped
class ApiTokens implements PanacheRepository<ApiToken> {
    Optional<ApiToken> bySecret(String secret) {
        return find("secretHash", ApiToken.hash(secret)).firstResultOptional();
    }
}
