package dev.unembed.workspace;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;

/** Memberships as rows. */
@ApplicationScoped
class Memberships implements PanacheRepositoryBase<Membership, Membership.Key> {}
