package dev.unembed.base;

import io.quarkus.arc.Unremovable;
import io.quarkus.hibernate.orm.JsonFormat;
import io.quarkus.hibernate.orm.PersistenceUnitExtension;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.hibernate.type.format.FormatMapper;
import org.hibernate.type.format.jackson.JacksonJsonFormatMapper;

/** Entities' JSON columns have a mapper of their own: the API's is made to refuse, and may change with it (StrictJson). */
@ApplicationScoped
class StoredJson {
    @Produces
    @Singleton
    @Unremovable // Hibernate looks it up when it starts; nobody injects it
    @JsonFormat
    @PersistenceUnitExtension
    FormatMapper mapper() {
        return new JacksonJsonFormatMapper();
    }
}
