package dev.unembed.run;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;

/** Results as rows. */
@ApplicationScoped
class RunResults implements PanacheRepository<RunResult> {}
