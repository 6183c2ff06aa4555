package dev.unembed.run;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;

/** What a run yielded: gzip of a safetensors file, and its SHA-256. Apart from the run, so that no list loads it. */
@Entity
@Table(name = "run_result")
@Immutable
class RunResult {
    @Id
    long runId;

    /** Megabytes: marked, or Hibernate would keep a second copy to compare with. */
    @Immutable
    byte[] blob;

    String etag;

    RunResult() {}

    RunResult(long runId, byte[] blob, String etag) {
        this.runId = runId;
        this.blob = blob;
        this.etag = etag;
    }
}
