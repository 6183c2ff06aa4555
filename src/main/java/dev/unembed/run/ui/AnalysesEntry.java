package dev.unembed.run.ui;

import com.vaadin.flow.component.Component;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.NavigationEntry;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveText;
import dev.unembed.run.RunFilter;
import dev.unembed.run.RunService;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;

/** The way to the analyses of the chosen workspace, with their number. */
@ApplicationScoped
public class AnalysesEntry implements NavigationEntry {
    private final RunService runs;
    private final WorkspaceService workspaces;
    private final SignedIn signedIn;
    private final ChangeFeed feed;

    AnalysesEntry(RunService runs, WorkspaceService workspaces, SignedIn signedIn, ChangeFeed feed) {
        this.runs = runs;
        this.workspaces = workspaces;
        this.signedIn = signedIn;
        this.feed = feed;
    }

    @Override
    public Line line() {
        return new Line(Place.WORK, 10, "Analyses", RunListView.class);
    }

    @Override
    public boolean covers(String path) {
        return path.isEmpty() || path.startsWith("analyses") || path.startsWith("runs/");
    }

    @Override
    public Optional<Component> note() {
        return Optional.of(LiveText.of(
                feed,
                Set.of(Change.RUN),
                () -> ChosenWorkspace.among(workspaces.list(signedIn.actor()), WorkspaceDetails::id)
                        .map(workspace -> Figures.grouped(runs.count(signedIn.actor(), RunFilter.of(workspace.id()))))
                        .orElse("")));
    }
}
