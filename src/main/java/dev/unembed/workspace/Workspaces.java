package dev.unembed.workspace;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;

/** Workspaces as rows. */
@ApplicationScoped
class Workspaces implements PanacheRepository<Workspace> {}
