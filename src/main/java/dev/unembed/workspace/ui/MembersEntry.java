package dev.unembed.workspace.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Span;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.NavigationEntry;
import dev.unembed.base.ui.Parts;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** The way to the members of the chosen workspace, with their number. */
@ApplicationScoped
public class MembersEntry implements NavigationEntry {
    private final WorkspaceService workspaces;
    private final SignedIn signedIn;
    private final ChangeFeed feed;

    MembersEntry(WorkspaceService workspaces, SignedIn signedIn, ChangeFeed feed) {
        this.workspaces = workspaces;
        this.signedIn = signedIn;
        this.feed = feed;
    }

    @Override
    public Place place() {
        return Place.SURROUNDINGS;
    }

    @Override
    public int order() {
        return 20;
    }

    @Override
    public String label() {
        return "Members";
    }

    @Override
    public Class<? extends Component> target() {
        return MembersView.class;
    }

    @Override
    public Optional<Component> note() {
        Span count = Parts.text("", "n");
        Runnable show =
                () -> count.setText(ChosenWorkspace.among(workspaces.list(signedIn.actor()), WorkspaceDetails::id)
                        .map(workspace -> String.valueOf(workspace.members()))
                        .orElse(""));
        show.run();
        ChosenWorkspace.listen(count, show);
        LiveUpdates.follow(count, feed, change -> change.topic().equals("workspace"), changes -> show.run());
        return Optional.of(count);
    }
}
