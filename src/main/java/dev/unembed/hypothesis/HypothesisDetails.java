package dev.unembed.hypothesis;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A hypothesis as its readers see it.
 *
 * @param versions how many there are
 * @param newest the newest version: what the hypothesis claims now
 * @param evidence the newest verdict of any version, null while there is none
 */
public record HypothesisDetails(
        long id,
        long workspaceId,
        String workspace,
        String title,
        String model,
        String author,
        Instant createdAt,
        int versions,
        Version newest,
        @Nullable @Schema(nullable = true) Evidence evidence) {

    /** In words, as the newest version says it. */
    @JsonProperty
    public String claim() {
        return newest.content().claim();
    }

    /** Of the newest version. */
    @JsonProperty
    public HypothesisState state() {
        return newest.state();
    }

    /**
     * One version.
     *
     * @param number from 1
     * @param state derived from the evidence
     * @param frozen null for a draft
     * @param evidence of its newest finished test, null while there is none
     * @param testing the run under way, null if there is none
     */
    public record Version(
            long hypothesisId,
            int number,
            HypothesisState state,
            @JsonUnwrapped VersionContent content,
            String note,
            String author,
            Instant createdAt,
            @Nullable @Schema(nullable = true) Frozen frozen,
            @Nullable @Schema(nullable = true) Evidence evidence,
            @Nullable @Schema(nullable = true) Long testing) {}

    /** @param hash SHA-256 of the content's canonical form, hex */
    public record Frozen(String hash, Instant at, String by) {}

    /**
     * What a finished test found.
     *
     * @param version that was tested
     * @param run whose result it is
     * @param label {@code supported}, {@code protocol-dependent}, {@code refuted} or {@code inconclusive}
     * @param summary the result's key figures
     */
    public record Evidence(int version, long run, String label, ObjectNode summary, Instant finishedAt) {}
}
