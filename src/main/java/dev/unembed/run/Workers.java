package dev.unembed.run;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;

/** Workers as rows. */
@ApplicationScoped
class Workers implements PanacheRepository<Worker> {}
