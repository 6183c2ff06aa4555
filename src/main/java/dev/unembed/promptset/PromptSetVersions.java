package dev.unembed.promptset;

import io.quarkus.hibernate.orm.panache.PanacheRepository;
import jakarta.enterprise.context.ApplicationScoped;

/** Versions as rows. */
@ApplicationScoped
class PromptSetVersions implements PanacheRepository<PromptSetVersion> {}
