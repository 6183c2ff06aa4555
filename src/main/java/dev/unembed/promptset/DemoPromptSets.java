package dev.unembed.promptset;

import dev.unembed.engine.prompt.PromptRecipe;
import dev.unembed.run.DemoWorkspace;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Two sets for the workspace <em>Demo</em>, when it is filled. */
@ApplicationScoped
class DemoPromptSets {
    private final PromptSetService sets;

    DemoPromptSets(PromptSetService sets) {
        this.sets = sets;
    }

    void add(@Observes DemoWorkspace.Filled demo) {
        // two sentences only: others are left for prompts that nobody has seen
        add(demo, "Who receives the gift?", PromptRecipe.of("ioi", 32, 1).withTemplates("ioi/1", "ioi/2"));
        add(demo, "Capitals", PromptRecipe.of("capitals", 24, 1).withTemplates("capitals/1"));
    }

    private void add(DemoWorkspace.Filled demo, String name, PromptRecipe recipe) {
        PromptSetService.Generated made = sets.generate(demo.model(), recipe);
        sets.create(demo.actor(), demo.workspaceId(), name, "Made for " + demo.model(), made.examples(), made.origin());
    }
}
