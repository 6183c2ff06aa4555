package dev.unembed.hypothesis.ui;

import com.vaadin.flow.component.Component;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.NavigationEntry;
import dev.unembed.hypothesis.HypothesisFilter;
import dev.unembed.hypothesis.HypothesisService;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveText;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;

/** The way to the hypotheses of the chosen workspace, with their number. */
@ApplicationScoped
public class HypothesesEntry implements NavigationEntry {
    private final HypothesisService hypotheses;
    private final WorkspaceService workspaces;
    private final SignedIn signedIn;
    private final ChangeFeed feed;

    HypothesesEntry(HypothesisService hypotheses, WorkspaceService workspaces, SignedIn signedIn, ChangeFeed feed) {
        this.hypotheses = hypotheses;
        this.workspaces = workspaces;
        this.signedIn = signedIn;
        this.feed = feed;
    }

    @Override
    public Line line() {
        return new Line(Place.WORK, 30, "Hypotheses", HypothesisListView.class);
    }

    @Override
    public boolean covers(String path) {
        return path.startsWith("hypotheses");
    }

    @Override
    public Optional<Component> note() {
        return Optional.of(LiveText.of(
                feed,
                Set.of(Change.HYPOTHESIS),
                () -> ChosenWorkspace.among(workspaces.list(signedIn.actor()), WorkspaceDetails::id)
                        .map(workspace -> Figures.grouped(
                                hypotheses.count(signedIn.actor(), HypothesisFilter.of(workspace.id()))))
                        .orElse("")));
    }
}
