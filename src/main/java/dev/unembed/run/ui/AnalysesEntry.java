package dev.unembed.run.ui;

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
import dev.unembed.run.RunFilter;
import dev.unembed.run.RunService;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

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
    public Place place() {
        return Place.WORK;
    }

    @Override
    public int order() {
        return 10;
    }

    @Override
    public String label() {
        return "Analyses";
    }

    @Override
    public Class<? extends Component> target() {
        return RunListView.class;
    }

    @Override
    public boolean covers(String path) {
        return path.isEmpty() || path.startsWith("analyses") || path.startsWith("runs/");
    }

    @Override
    public Optional<Component> note() {
        Span count = Parts.text("", "n");
        Runnable show =
                () -> count.setText(ChosenWorkspace.among(workspaces.list(signedIn.actor()), WorkspaceDetails::id)
                        .map(workspace -> Figures.grouped(runs.count(signedIn.actor(), RunFilter.of(workspace.id()))))
                        .orElse(""));
        show.run();
        ChosenWorkspace.listen(count, show);
        LiveUpdates.follow(count, feed, change -> change.topic().equals(Change.RUN), changes -> show.run());
        return Optional.of(count);
    }
}
