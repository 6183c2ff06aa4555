package dev.unembed.account;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;

/** Accounts as rows. */
@ApplicationScoped
class Accounts implements PanacheRepository<Account> {}
