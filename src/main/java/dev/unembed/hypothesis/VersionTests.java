package dev.unembed.hypothesis;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;

/** Which run tests which version, as rows. */
@ApplicationScoped
class VersionTests implements PanacheRepository<VersionTest> {}
