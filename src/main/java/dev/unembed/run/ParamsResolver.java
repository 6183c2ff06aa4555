package dev.unembed.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.account.Actor;

/**
 * Puts what parameters only name in their place, before they are read: a stored run has everything it was asked inside. For
 * features above this one; all implementations are asked in turn.
 */
public interface ParamsResolver {
    /**
     * Called for kinds whose parameters have {@code examples} and {@code promptSet}.
     *
     * @param params as they came; not to be changed
     * @return the same, or others in their place
     * @throws dev.unembed.engine.InvalidInput naming the parameter, what was expected and what came
     */
    ObjectNode resolve(Actor actor, long workspaceId, ObjectNode params);
}
