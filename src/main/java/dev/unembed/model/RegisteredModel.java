package dev.unembed.model;

import dev.unembed.engine.architecture.ModelFolder;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A model folder under a name, as it was when it was registered. */
@Entity
@Table(name = "model")
class RegisteredModel {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    String name;
    String folder;
    String family;
    String digest;
    String fingerprint;

    @JdbcTypeCode(SqlTypes.JSON)
    ModelFolder.Dimensions dimensions;

    long weightBytes;
    long memoryBytes;
    String bos;
    boolean knowsText;
    Instant createdAt;

    RegisteredModel() {}

    RegisteredModel(String name, ModelFolder folder, String digest, String fingerprint, Instant createdAt) {
        this.name = name;
        this.folder = folder.path().toString();
        this.family = folder.family();
        this.digest = digest;
        this.fingerprint = fingerprint;
        this.dimensions = folder.dimensions();
        this.weightBytes = folder.weightBytes();
        this.memoryBytes = folder.memoryBytes();
        this.bos = folder.bosDescription();
        this.knowsText = folder.tokenizer().knowsText();
        this.createdAt = createdAt;
    }

    ModelRegistry.ModelDetails toDetails(long runs) {
        return new ModelRegistry.ModelDetails(
                id,
                name,
                folder,
                family,
                digest,
                dimensions,
                weightBytes,
                memoryBytes,
                bos,
                knowsText,
                runs,
                createdAt);
    }
}
