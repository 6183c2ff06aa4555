package dev.unembed.promptset.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Span;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.NavigationEntry;
import dev.unembed.base.ui.Parts;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.promptset.PromptSetService;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

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
    public Place place() {
        return Place.WORK;
    }

    @Override
    public int order() {
        return 20;
    }

    @Override
    public String label() {
        return "Prompt sets";
    }

    @Override
    public Class<? extends Component> target() {
        return PromptSetListView.class;
    }

    @Override
    public boolean covers(String path) {
        return path.startsWith("promptsets");
    }

    @Override
    public Optional<Component> note() {
        Span count = Parts.text("", "n");
        Runnable show =
                () -> count.setText(ChosenWorkspace.among(workspaces.list(signedIn.actor()), WorkspaceDetails::id)
                        .map(workspace -> Figures.grouped(sets.list(signedIn.actor(), workspace.id(), null)
                                .size()))
                        .orElse(""));
        show.run();
        ChosenWorkspace.listen(count, show);
        LiveUpdates.follow(count, feed, change -> change.topic().equals(Change.PROMPT_SET), changes -> show.run());
        return Optional.of(count);
    }
}
