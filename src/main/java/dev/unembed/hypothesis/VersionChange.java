package dev.unembed.hypothesis;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.engine.text.BosPolicy;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a new version says; what is absent stays as it was in the version before, or at its default in the first.
 *
 * @param circuit a list of names, or one text as it is typed
 */
public record VersionChange(
        @Nullable @Schema(description = "The claim in words.", examples = "Eight late heads move the name")
        String claim,

        @Nullable @Schema(description = "A stored prompt set; either this or `examples`.")
        PromptSetRef promptSet,

        @Nullable @Schema(description = "Prompts given here; each needs prompt, answer and foil.")
        List<PromptExample> examples,

        @Nullable @Schema(description = "BOS token in front of the prompts.", defaultValue = "default")
        BosPolicy bos,

        @Nullable
        @Schema(
                implementation = Object.class,
                description = "Components, as a list of names (`L9H9`, `MLP0@END`) or as one text (`L9H9, MLP0@END`).")
        JsonNode circuit,

        @Nullable @Schema(description = "Components of the circuit by what they are said to do.")
        Map<String, List<String>> classes,

        @Nullable @Schema(description = "What is measured.", defaultValue = "logit-diff")
        String metric,

        @Schema(description = "How it is tested.") Protocol.@Nullable Change protocol,

        @Nullable @Schema(description = "What has to be reached; shares, 0 to 1.")
        ThresholdChange thresholds,

        @Nullable @Schema(description = "Unseen prompts generated when it is tested; needs a generated prompt set.")
        Integer heldOut,

        @Nullable @Schema(description = "The only source of randomness.", defaultValue = "0")
        Long seed,

        @Nullable @Schema(description = "Why this version: for colleagues, not part of what is frozen.")
        String note) {}
