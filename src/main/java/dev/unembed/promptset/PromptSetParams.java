package dev.unembed.promptset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.account.Actor;
import dev.unembed.base.NotFound;
import dev.unembed.engine.InvalidInput;
import dev.unembed.run.ParamsResolver;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Puts the examples of a stored set into a run's parameters: {@code "promptSet": {"id": 7, "version": 2}}, or without a
 * version for the newest. The set stays named beside them, with its version. Both may be given, as a repeated run does, if
 * they agree.
 */
@ApplicationScoped
class PromptSetParams implements ParamsResolver {
    private final PromptSetService sets;

    PromptSetParams(PromptSetService sets) {
        this.sets = sets;
    }

    @Override
    public ObjectNode resolve(Actor actor, long workspaceId, ObjectNode params) {
        JsonNode named = params.path("promptSet");
        if (named.isMissingNode() || named.isNull()) {
            return params;
        }
        VersionDetails version = version(actor, workspaceId, named);
        JsonNode given = params.path("examples");
        if (!given.isMissingNode() && !given.isNull() && !given.isEmpty() && !isContent(given, version)) {
            throw new InvalidInput("examples and promptSet are both given and differ: version " + version.version()
                    + " of prompt set " + version.promptSet() + " has other examples. Give one of them.");
        }
        ObjectNode resolved = params.deepCopy();
        resolved.set("examples", ExamplesJson.tree(version.list()));
        resolved.putObject("promptSet").put("id", version.promptSet()).put("version", version.version());
        return resolved;
    }

    private VersionDetails version(Actor actor, long workspaceId, JsonNode named) {
        JsonNode id = named.path("id");
        JsonNode number = named.path("version");
        boolean hasNumber = !number.isMissingNode() && !number.isNull();
        if (!named.isObject()
                || !id.isIntegralNumber()
                || !id.canConvertToLong()
                || hasNumber && !(number.isInt() && number.intValue() > 0)
                || named.size() > (hasNumber || number.isNull() ? 2 : 1)) {
            throw new InvalidInput("promptSet is " + ExamplesJson.shortened(named.toString())
                    + "; expected {\"id\": 7, \"version\": 2}, or {\"id\": 7} for the newest version.");
        }
        VersionDetails version;
        try {
            version = sets.held(actor, id.longValue(), hasNumber ? number.intValue() : null);
        } catch (NotFound e) {
            // the thing asked for is a run; the set is a field of the request
            throw new InvalidInput("promptSet: " + e.getMessage());
        }
        if (version.workspaceId() != workspaceId) {
            throw new InvalidInput("promptSet: prompt set " + version.promptSet()
                    + " is in another workspace than the run. Export it there and import it here.");
        }
        return version;
    }

    private static boolean isContent(JsonNode given, VersionDetails version) {
        if (given.size() != version.count()) {
            return false;
        }
        for (int i = 0; i < given.size(); i++) {
            if (!ExamplesJson.example(given.get(i)).equals(version.list().get(i))) {
                return false;
            }
        }
        return true;
    }
}
