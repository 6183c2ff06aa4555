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
import org.jspecify.annotations.Nullable;

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
    String hubId;
    String hubRevision;
    String hubCommit;
    Instant checkedAt;
    String checkedDigest;
    String checkProblem;

    RegisteredModel() {}

    /** @param source null for a folder that somebody put there */
    RegisteredModel(
            String name,
            ModelFolder folder,
            String digest,
            String fingerprint,
            ModelDetails.@Nullable Source source,
            Instant createdAt) {
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
        if (source != null) {
            this.hubId = source.model();
            this.hubRevision = source.revision();
            this.hubCommit = source.commit();
        }
    }

    ModelDetails toDetails(long runs) {
        return new ModelDetails(
                id,
                name,
                folder,
                family,
                digest,
                dimensions,
                weightBytes,
                memoryBytes,
                null,
                bos,
                knowsText,
                hubId == null ? null : new ModelDetails.Source(hubId, hubRevision, hubCommit),
                checkedAt == null ? null : check(),
                runs,
                createdAt);
    }

    private ModelDetails.Check check() {
        ModelDetails.CheckState state = checkProblem != null
                ? ModelDetails.CheckState.UNREADABLE
                : digest.equals(checkedDigest) ? ModelDetails.CheckState.EQUAL : ModelDetails.CheckState.DIFFERENT;
        return new ModelDetails.Check(state, checkedDigest, checkProblem, checkedAt);
    }
}
