package dev.unembed.hypothesis;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unembed.engine.circuit.Thresholds;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.engine.text.BosPolicy;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything a version claims and how it is to be tested: what is frozen, hashed and later handed to the test.
 *
 * @param claim in words
 * @param model name of the model it is claimed of
 * @param modelDigest SHA-256 of that model's weights, tokenizer and config
 * @param promptSet where the examples came from, null when they were given with the version
 * @param examples the discovery prompts, as they were when the version was saved
 * @param circuit components, such as {@code L9H9} or {@code MLP0@END}
 * @param classes components of the circuit by what they are said to do
 * @param metric {@code logit-diff}: logit(answer) − logit(foil) at the last position
 * @param heldOut how many unseen prompts are generated when it is tested
 * @param seed of everything random in the test
 */
public record VersionContent(
        String claim,
        String model,
        String modelDigest,
        @Nullable PromptSetRef promptSet,
        List<PromptExample> examples,
        BosPolicy bos,
        List<String> circuit,
        SortedMap<String, List<String>> classes,
        String metric,
        Protocol protocol,
        Thresholds thresholds,
        int heldOut,
        long seed) {
    /** The metric there is. */
    public static final String LOGIT_DIFFERENCE = "logit-diff";

    private static final ObjectMapper CANONICAL = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    public VersionContent {
        examples = List.copyOf(examples);
        circuit = List.copyOf(circuit);
        classes = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(classes));
    }

    /** JSON with sorted names, no spaces and nothing absent: equal contents give equal bytes (UTF-8). */
    public String canonical() {
        try {
            return CANONICAL.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a version's content can't be written", e);
        }
    }

    static VersionContent read(String stored) {
        try {
            return CANONICAL.readValue(stored, VersionContent.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored version can't be read", e);
        }
    }

    /** SHA-256 of the canonical form, hex. */
    public String hash() {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(canonical().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
