package dev.unembed.workspace.ui;

import com.vaadin.flow.component.Component;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.NavigationEntry;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveText;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;

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
    public Line line() {
        return new Line(Place.SURROUNDINGS, 20, "Members", MembersView.class);
    }

    @Override
    public Optional<Component> note() {
        return Optional.of(LiveText.of(
                feed,
                Set.of("workspace"),
                () -> ChosenWorkspace.among(workspaces.list(signedIn.actor()), WorkspaceDetails::id)
                        .map(workspace -> String.valueOf(workspace.members()))
                        .orElse("")));
    }
}
