package dev.unembed.promptset.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.value.ValueChangeMode;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.Location;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.QueryParameters;
import com.vaadin.flow.router.Route;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.model.ModelRegistry;
import dev.unembed.promptset.PromptSetDetails;
import dev.unembed.promptset.PromptSetService;
import dev.unembed.promptset.VersionDetails;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The prompt sets of the chosen workspace, by name. The search is the page's address. */
@Route(value = "promptsets", layout = MainLayout.class)
@PageTitle("Prompt sets · Unembed")
@PermitAll
public class PromptSetListView extends Div implements BeforeEnterObserver {
    private final PromptSetService sets;
    private final WorkspaceService workspaces;
    private final ModelRegistry models;
    private final SignedIn signedIn;
    private final Clock clock;

    private final PageHeader header = new PageHeader("Prompt sets");
    private final TextField search = new TextField();
    private final Div filters = Parts.row(search);
    private final Div list = new Div();
    private @Nullable WorkspaceDetails workspace;

    @Inject
    public PromptSetListView(
            PromptSetService sets,
            WorkspaceService workspaces,
            ModelRegistry models,
            SignedIn signedIn,
            ChangeFeed feed,
            Clock clock) {
        this.sets = sets;
        this.workspaces = workspaces;
        this.models = models;
        this.signedIn = signedIn;
        this.clock = clock;
        addClassName("runs");
        filters.addClassName("filters");
        search.setPlaceholder("Search names  /");
        search.setAriaLabel("Search prompt sets");
        search.setClearButtonVisible(true);
        search.setValueChangeMode(ValueChangeMode.LAZY);
        search.addClassName("search");
        search.getElement().setAttribute("data-search", true);
        search.addValueChangeListener(change -> {
            if (change.isFromClient()) {
                searched(change.getValue());
            }
        });
        add(header, filters, list);
        ChosenWorkspace.listen(this, this::load);
        LiveUpdates.follow(
                this,
                feed,
                change -> change.topic().equals(Change.PROMPT_SET)
                        || change.topic().equals(Change.RUN),
                changes -> showRows());
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        search.setValue(event.getLocation()
                .getQueryParameters()
                .getSingleParameter("q")
                .filter(q -> q.length() <= PromptSetService.MAX_NAME_CHARACTERS)
                .orElse(""));
        load();
    }

    private void searched(String words) {
        QueryParameters parameters =
                words.isBlank() ? QueryParameters.empty() : QueryParameters.simple(Map.of("q", words));
        UI.getCurrentOrThrow().getPage().getHistory().replaceState(null, new Location("promptsets", parameters));
        showRows();
    }

    private void load() {
        workspace = ChosenWorkspace.among(workspaces.list(signedIn.actor()), WorkspaceDetails::id)
                .orElse(null);
        header.crumb(new Span(workspace == null ? "No workspace" : workspace.name()));
        header.actions(
                mayEdit()
                        ? new Component[] {
                            Parts.button("Import …", this::importFile), Parts.primary("Generate …", this::generate)
                        }
                        : new Component[0]);
        showRows();
    }

    private boolean mayEdit() {
        return workspace != null && workspace.role() != Role.VIEWER;
    }

    private void showRows() {
        list.removeAll();
        WorkspaceDetails in = workspace;
        boolean searching = !search.getValue().isBlank();
        List<PromptSetDetails> found =
                in == null ? List.of() : sets.list(signedIn.actor(), in.id(), searching ? search.getValue() : null);
        filters.setVisible(!found.isEmpty() || searching);
        if (found.isEmpty()) {
            list.add(Parts.div("card", searching ? nothingFound() : firstStep()));
            return;
        }
        PlainTable table = new PlainTable(
                "Prompt sets",
                PlainTable.Column.of("Prompt set"),
                PlainTable.Column.number("Examples", "In the newest version."),
                PlainTable.Column.number("Version", "Every save is a new one; none ever changes."),
                PlainTable.Column.of("Made by", "The generator whose recipe it is, or a person."),
                PlainTable.Column.number("Analyses", "That read any version of it."),
                PlainTable.Column.of("Last change"));
        found.forEach(set -> table.row(cells(set)));
        list.add(Parts.div("card list scroll", table));
    }

    private Component[] cells(PromptSetDetails set) {
        Span when = Parts.muted(Figures.ago(set.changedAt(), clock.instant()));
        when.setTitle(Figures.absolute(set.changedAt()));
        return new Component[] {
            Parts.link(PromptSetWords.address(set.id()), set.name(), "plain-link name"),
            new Span(Figures.grouped(set.count())),
            new Span(String.valueOf(set.version())),
            set.generator() == null ? Parts.muted("by hand") : new Span(PromptSetWords.generator(set.generator())),
            new Span(Figures.grouped(set.runs())),
            Parts.div("two", new Span(set.changedBy()), when)
        };
    }

    private Component nothingFound() {
        return Parts.empty(
                "Nothing found", "No prompt set here has these words in its name.", Parts.button("Show all", () -> {
                    search.clear();
                    searched("");
                }));
    }

    private Component firstStep() {
        if (workspace == null) {
            return Parts.empty(
                    "No workspace yet",
                    "Prompt sets live in workspaces. Create one from the top of the navigation, or ask someone to add you"
                            + " to theirs.");
        }
        if (!mayEdit()) {
            return Parts.empty(
                    "No prompt sets yet",
                    "As a viewer you will see here the prompts that this workspace asks its models.");
        }
        Button generate = Parts.primary("Generate a first set", this::generate);
        return Parts.empty(
                "Ask more than one prompt",
                "A prompt set is a list of prompts, each with a right and a wrong continuation. One prompt misleads; what"
                        + " holds over thirty is worth a claim.",
                generate,
                Parts.button("or import a file", this::importFile));
    }

    private void generate() {
        WorkspaceDetails in = workspace;
        if (in != null) {
            new GenerateDialog(
                            sets,
                            models,
                            true,
                            (name, made) -> open(sets.create(
                                    signedIn.actor(), in.id(), name, "Generated", made.examples(), made.origin())))
                    .open();
        }
    }

    private void importFile() {
        WorkspaceDetails in = workspace;
        if (in != null) {
            new ImportDialog(
                            true,
                            (name, read) -> open(
                                    sets.create(signedIn.actor(), in.id(), name, "Imported", read.examples(), null)))
                    .open();
        }
    }

    private static void open(VersionDetails made) {
        UI.getCurrentOrThrow().navigate(PromptSetWords.address(made.promptSet()));
    }
}
