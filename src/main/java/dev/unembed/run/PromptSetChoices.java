package dev.unembed.run;

import dev.unembed.account.Actor;
import dev.unembed.base.ui.ExamplesField;
import java.util.List;
import java.util.Optional;

/** The prompt sets that a new analysis can read, and those that runs have read; the feature that keeps them stands above this one. */
public interface PromptSetChoices {
    /** Of a workspace, by name; empty for one that the actor isn't a member of. */
    List<ExamplesField.Choice> choices(Actor actor, long workspaceId);

    /** What a set is called; empty where it is gone, or in a workspace that the actor isn't a member of. */
    Optional<String> name(Actor actor, long promptSetId);
}
