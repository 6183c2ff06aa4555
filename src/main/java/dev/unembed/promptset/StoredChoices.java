package dev.unembed.promptset;

import dev.unembed.account.Actor;
import dev.unembed.base.NotFound;
import dev.unembed.base.ui.ExamplesField;
import dev.unembed.run.PromptSetChoices;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Offers the stored sets to the form of a new analysis, and their names to the pages of runs. */
@ApplicationScoped
class StoredChoices implements PromptSetChoices {
    private final PromptSetService sets;

    StoredChoices(PromptSetService sets) {
        this.sets = sets;
    }

    @Override
    public List<ExamplesField.Choice> choices(Actor actor, long workspaceId) {
        try {
            return sets.list(actor, workspaceId, null).stream()
                    .map(set -> new ExamplesField.Choice(set.id(), set.version(), set.name(), set.count()))
                    .toList();
        } catch (NotFound stranger) {
            return List.of();
        }
    }

    @Override
    public Optional<String> name(Actor actor, long promptSetId) {
        try {
            return Optional.of(sets.get(actor, promptSetId).name());
        } catch (NotFound gone) {
            return Optional.empty();
        }
    }
}
