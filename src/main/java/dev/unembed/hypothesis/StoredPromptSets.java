package dev.unembed.hypothesis;

import dev.unembed.account.Actor;
import dev.unembed.base.Database;
import dev.unembed.base.NotFound;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.promptset.PromptSetService;
import dev.unembed.promptset.PromptSetUse;
import dev.unembed.promptset.VersionDetails;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Hypotheses' prompts from the workspace's prompt sets; a set that a hypothesis names stays. */
@ApplicationScoped
class StoredPromptSets implements PromptSource, PromptSetUse {
    private final PromptSetService sets;
    private final Database database;

    StoredPromptSets(PromptSetService sets, Database database) {
        this.sets = sets;
        this.database = database;
    }

    @Override
    public List<Choice> choices(Actor actor, long workspaceId) {
        return sets.list(actor, workspaceId, null).stream()
                .map(set -> new Choice(
                        new PromptSetRef(set.id(), set.version()), set.name(), set.count(), set.generator() != null))
                .toList();
    }

    @Override
    public List<PromptExample> examples(Actor actor, long workspaceId, PromptSetRef set) {
        return version(actor, workspaceId, set).list();
    }

    @Override
    public boolean isGenerated(Actor actor, long workspaceId, PromptSetRef set) {
        return version(actor, workspaceId, set).origin() != null;
    }

    @Override
    public List<PromptExample> unseen(
            Actor actor, long workspaceId, PromptSetRef set, String model, int count, long seed) {
        version(actor, workspaceId, set);
        return sets.unseen(actor, set.id(), set.version(), model, count, seed).examples();
    }

    private VersionDetails version(Actor actor, long workspaceId, PromptSetRef set) {
        VersionDetails version = sets.held(actor, set.id(), set.version());
        if (version.workspaceId() != workspaceId) {
            throw new NotFound("No prompt set " + set.id() + " in this workspace.");
        }
        return version;
    }

    @Override
    public long count(long promptSetId) {
        return database.number(
                "select count(distinct hypothesis_id) from hypothesis_version where content #>> '{promptSet,id}' = ?",
                String.valueOf(promptSetId));
    }

    @Override
    public String singular() {
        return "hypothesis";
    }
}
