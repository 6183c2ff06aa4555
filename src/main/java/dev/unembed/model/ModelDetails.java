package dev.unembed.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.unembed.engine.architecture.ModelFolder;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A registered model as it is shown.
 *
 * @param folder where it lies on the server; null for everyone but administrators
 * @param digest SHA-256 over weights, tokenizer and config, hex
 * @param memoryBytes what the loaded model holds in memory (fp32)
 * @param streamedBytes what it holds when its blocks are streamed; null where its folder can't be opened, and in lists for
 *     the server's own use
 * @param bos whether the tokenizer puts a BOS token in front, and which
 * @param knowsText false for a folder without tokenizer: ids only
 * @param source where it was downloaded from; null for a folder that somebody put there
 * @param check the last reading of all bytes since; null if there was none
 * @param runs how many runs use it, in all workspaces
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "A model that runs can use.")
public record ModelDetails(
        long id,
        String name,
        @Nullable String folder,
        String family,
        String digest,
        ModelFolder.Dimensions dimensions,
        long weightBytes,
        long memoryBytes,
        @Nullable Long streamedBytes,
        String bos,
        boolean knowsText,
        @Nullable Source source,
        @Nullable Check check,
        long runs,
        Instant createdAt) {
    /**
     * A place on a hub.
     *
     * @param model its id there
     * @param revision as it was asked for
     * @param commit what the revision meant then; the files are those of this commit
     */
    public record Source(String model, String revision, String commit) {}

    /**
     * Whether the files are still the registered ones.
     *
     * @param digest what came out; null while reading, and when the files can't be read
     * @param problem why they can't be read
     * @param at when it ended; null while reading
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Check(
            CheckState state,
            @Nullable String digest,
            @Nullable String problem,
            @Nullable Instant at) {}

    /** How a reading of all bytes came out. */
    public enum CheckState {
        READING,
        EQUAL,
        DIFFERENT,
        UNREADABLE
    }

    ModelDetails withoutFolder() {
        return with(
                null, streamedBytes, check == null ? null : new Check(check.state(), check.digest(), null, check.at()));
    }

    ModelDetails withStreamedBytes(@Nullable Long streamed) {
        return with(folder, streamed, check);
    }

    ModelDetails beingRead() {
        return with(folder, streamedBytes, new Check(CheckState.READING, null, null, null));
    }

    private ModelDetails with(@Nullable String newFolder, @Nullable Long newStreamedBytes, @Nullable Check newCheck) {
        return new ModelDetails(
                id,
                name,
                newFolder,
                family,
                digest,
                dimensions,
                weightBytes,
                memoryBytes,
                newStreamedBytes,
                bos,
                knowsText,
                source,
                newCheck,
                runs,
                createdAt);
    }
}
