package dev.unembed.model.hub;

import dev.unembed.engine.InvalidInput;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A model of a hub at one revision.
 *
 * @param id {@code owner/name}, or {@code name} alone as a few old models have it
 * @param revision a branch, tag or commit
 */
public record HubModel(String id, String revision) {
    public static final String DEFAULT_REVISION = "main";

    private static final Pattern ID =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,95})?");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,199}");
    private static final int SHOWN = 100;

    public HubModel {
        if (!ID.matcher(id).matches() || id.contains("..")) {
            throw new InvalidInput("model is '" + shortened(id)
                    + "'; expected the hub's id, owner/name, such as HuggingFaceTB/SmolLM2-135M-Instruct.");
        }
        if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
            throw new InvalidInput("revision is '" + shortened(revision)
                    + "'; expected a branch, tag or commit of the model, such as main.");
        }
    }

    /**
     * As a person gives it.
     *
     * @param text the id, or the address of the model's page
     * @param revision null or blank for the one in the address, else {@code main}
     */
    public static HubModel of(String text, @Nullable String revision) {
        String id = text.strip().replaceFirst("^https?://[^/]+/", "").replaceFirst("[/?#]+$", "");
        String inAddress = DEFAULT_REVISION;
        int tree = id.indexOf("/tree/");
        if (tree > 0) {
            inAddress = id.substring(tree + "/tree/".length());
            id = id.substring(0, tree);
        }
        return new HubModel(id, revision == null || revision.isBlank() ? inAddress : revision.strip());
    }

    /** {@code owner/name at main}: for sentences. */
    @Override
    public String toString() {
        return id + " at " + revision;
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
