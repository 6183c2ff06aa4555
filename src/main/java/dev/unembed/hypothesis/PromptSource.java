package dev.unembed.hypothesis;

import dev.unembed.account.Actor;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import java.util.List;

/** Where a version's prompts come from when it names a stored prompt set. */
public interface PromptSource {
    /** A version of a set, for choosing it. */
    record Choice(PromptSetRef set, String name, int examples, boolean generated) {}

    /** The newest version of every set of a workspace, by name. */
    List<Choice> choices(Actor actor, long workspaceId);

    /**
     * The examples of a version of a set.
     *
     * @throws dev.unembed.base.NotFound unless it is in this workspace and the actor is a member
     */
    List<PromptExample> examples(Actor actor, long workspaceId, PromptSetRef set);

    /** Whether the set was made by a generator, so that more like it can be made. */
    boolean isGenerated(Actor actor, long workspaceId, PromptSetRef set);

    /**
     * Examples that aren't in the set: other templates, names and orders, single tokens for this model.
     *
     * @param seed the only source of randomness: same seed, same examples
     * @throws dev.unembed.engine.InvalidInput when there are not as many
     */
    List<PromptExample> unseen(Actor actor, long workspaceId, PromptSetRef set, String model, int count, long seed);
}
