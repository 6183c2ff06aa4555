package dev.unembed.promptset.ui;

import com.vaadin.flow.component.Component;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.NavigationEntry;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveText;
import dev.unembed.promptset.PromptSetService;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;

/** The way to the prompt sets of the chosen workspace, with their number. */
@ApplicationScoped
public class PromptSetsEntry implements NavigationEntry {
    private final PromptSetService sets;
    private final WorkspaceService workspaces;
    private final SignedIn signedIn;
    private final ChangeFeed feed;

    PromptSetsEntry(PromptSetService sets, WorkspaceService workspaces, SignedIn signedIn, ChangeFeed feed) {
        this.sets = sets;
        this.workspaces = workspaces;
        this.signedIn = signedIn;
        this.feed = feed;
    }

    @Override
    public Line line() {
        return new Line(Place.WORK, 20, "Prompt sets", PromptSetListView.class);
    }

    @Override
    public boolean covers(String path) {
        return path.startsWith("promptsets");
    }

    @Override
    public Optional<Component> note() {
        return Optional.of(LiveText.of(
                feed,
                Set.of(Change.PROMPT_SET),
                () -> ChosenWorkspace.among(workspaces.list(signedIn.actor()), WorkspaceDetails::id)
                        .map(workspace -> Figures.grouped(sets.list(signedIn.actor(), workspace.id(), null)
                                .size()))
                        .orElse("")));
    }
}
