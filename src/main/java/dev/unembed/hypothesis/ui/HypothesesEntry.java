package dev.unembed.hypothesis.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Span;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.NavigationEntry;
import dev.unembed.base.ui.Parts;
import dev.unembed.hypothesis.HypothesisFilter;
import dev.unembed.hypothesis.HypothesisService;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

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
    public Place place() {
        return Place.WORK;
    }

    @Override
    public int order() {
        return 30;
    }

    @Override
    public String label() {
        return "Hypotheses";
    }

    @Override
    public Class<? extends Component> target() {
        return HypothesisListView.class;
    }

    @Override
    public boolean covers(String path) {
        return path.startsWith("hypotheses");
    }

    @Override
    public Optional<Component> note() {
        Span count = Parts.text("", "n");
        Runnable show =
                () -> count.setText(ChosenWorkspace.among(workspaces.list(signedIn.actor()), WorkspaceDetails::id)
                        .map(workspace -> Figures.grouped(
                                hypotheses.count(signedIn.actor(), HypothesisFilter.of(workspace.id()))))
                        .orElse(""));
        show.run();
        ChosenWorkspace.listen(count, show);
        LiveUpdates.follow(count, feed, change -> change.topic().equals(Change.HYPOTHESIS), changes -> show.run());
        return Optional.of(count);
    }
}
