package dev.unembed.hypothesis.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.combobox.ComboBox;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.NativeButton;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.value.ValueChangeMode;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.Location;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.hypothesis.HypothesisDetails;
import dev.unembed.hypothesis.HypothesisDetails.Evidence;
import dev.unembed.hypothesis.HypothesisService;
import dev.unembed.hypothesis.HypothesisState;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelRegistry;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hypotheses of the chosen workspace, newest first, each with where it stands. Filters are the page's address. */
@Route(value = "hypotheses", layout = MainLayout.class)
@PageTitle("Hypotheses · Unembed")
@PermitAll
public class HypothesisListView extends Div implements BeforeEnterObserver {
    private static final int PAGE = 50;

    private final HypothesisService hypotheses;
    private final WorkspaceService workspaces;
    private final ModelRegistry models;
    private final SignedIn signedIn;
    private final Clock clock;

    private final PageHeader header = new PageHeader("Hypotheses");
    private final TextField search = new TextField();
    private final ComboBox<HypothesisState> state = new ComboBox<>();
    private final ComboBox<String> model = new ComboBox<>();
    private final NativeButton clear = new NativeButton("Show all");
    private final Div filters = Parts.row();
    private final Div list = new Div();

    private HypothesisListState wanted = HypothesisListState.EVERYTHING;
    private @Nullable WorkspaceDetails workspace;
    private int pages = 1;
    private boolean showing;

    @Inject
    public HypothesisListView(
            HypothesisService hypotheses,
            WorkspaceService workspaces,
            ModelRegistry models,
            SignedIn signedIn,
            ChangeFeed feed,
            Clock clock) {
        this.hypotheses = hypotheses;
        this.workspaces = workspaces;
        this.models = models;
        this.signedIn = signedIn;
        this.clock = clock;
        addClassName("runs");
        buildFilters();
        add(header, filters, list);
        ChosenWorkspace.listen(this, this::load);
        LiveUpdates.follow(
                this,
                feed,
                change -> change.topic().equals(Change.HYPOTHESIS)
                        || change.topic().equals(Change.RUN),
                changes -> showRows());
    }

    private void buildFilters() {
        filters.addClassName("filters");
        search.setPlaceholder("Search title, claim  /");
        search.setAriaLabel("Search hypotheses");
        search.setClearButtonVisible(true);
        search.setValueChangeMode(ValueChangeMode.LAZY);
        search.addClassName("search");
        search.getElement().setAttribute("data-search", true);
        search.addValueChangeListener(change -> chosen(change.isFromClient(), wanted.withQ(change.getValue())));
        state.setItems(HypothesisState.values());
        state.setItemLabelGenerator(HypothesisState::text);
        state.setPlaceholder("Any state");
        state.setAriaLabel("State");
        state.setClearButtonVisible(true);
        state.addValueChangeListener(change -> chosen(change.isFromClient(), wanted.withState(change.getValue())));
        model.setPlaceholder("Any model");
        model.setAriaLabel("Model");
        model.setClearButtonVisible(true);
        model.addValueChangeListener(change -> chosen(change.isFromClient(), wanted.withModel(change.getValue())));
        clear.addClassName("link");
        clear.addClickListener(click -> go(HypothesisListState.EVERYTHING));
        filters.add(search, state, model, clear);
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        wanted = HypothesisListState.of(event.getLocation().getQueryParameters().getParameters());
        load();
    }

    private void chosen(boolean byPerson, HypothesisListState next) {
        if (byPerson && !showing) {
            go(next);
        }
    }

    private void go(HypothesisListState next) {
        if (!next.equals(wanted)) {
            wanted = next;
            UI.getCurrentOrThrow()
                    .getPage()
                    .getHistory()
                    .replaceState(null, new Location("hypotheses", next.parameters()));
            load();
        }
    }

    private void load() {
        workspace = ChosenWorkspace.among(workspaces.list(signedIn.actor()), WorkspaceDetails::id)
                .orElse(null);
        pages = 1;
        showing = true;
        try {
            List<String> names = models.list().stream().map(ModelDetails::name).toList();
            model.setItems(names);
            search.setValue(wanted.q() == null ? "" : wanted.q());
            state.setValue(wanted.state());
            model.setValue(names.contains(wanted.model()) ? wanted.model() : null);
            clear.setVisible(wanted.isFiltered());
        } finally {
            showing = false;
        }
        header.crumb(new Span(workspace == null ? "No workspace" : workspace.name()));
        header.actions(
                mayEdit()
                        ? new Component[] {Parts.link("hypotheses/new", "New hypothesis", "btn primary")}
                        : new Component[0]);
        showRows();
    }

    private boolean mayEdit() {
        return workspace != null && workspace.role() != Role.VIEWER;
    }

    private void showRows() {
        list.removeAll();
        WorkspaceDetails in = workspace;
        HypothesisService.Page page = in == null
                ? new HypothesisService.Page(List.of(), null)
                : hypotheses.list(
                        signedIn.actor(),
                        wanted.filter(in.id(), Math.min(HypothesisService.MAX_PAGE, pages * PAGE), null));
        filters.setVisible(!page.hypotheses().isEmpty() || wanted.isFiltered());
        if (page.hypotheses().isEmpty()) {
            list.add(Parts.div("card", wanted.isFiltered() ? nothingFound() : firstStep()));
            return;
        }
        PlainTable table = new PlainTable(
                "Hypotheses",
                PlainTable.Column.of("Hypothesis"),
                PlainTable.Column.of("State", "Derived from the newest finished test of the newest version."),
                PlainTable.Column.of("Last verdict", "Key figures of the newest finished test, of any version."),
                PlainTable.Column.of("Circuit"),
                PlainTable.Column.of("Author, time"));
        table.addClassName("hypotheses");
        page.hypotheses().forEach(each -> table.row(cells(each)));
        list.add(Parts.div("card list scroll", table));
        if (page.next() != null && pages * PAGE < HypothesisService.MAX_PAGE) {
            list.add(Parts.plain("Show more", () -> {
                pages++;
                showRows();
            }));
        } else if (page.next() != null) {
            list.add(Parts.quiet("The newest " + HypothesisService.MAX_PAGE + " are shown. Search for older ones."));
        }
    }

    private Component[] cells(HypothesisDetails each) {
        Span claim = Parts.muted(each.claim());
        claim.setTitle(each.claim());
        claim.setVisible(!each.claim().equals(each.title()));
        Component title = Parts.div(
                "two", Parts.link(HypothesisWords.address(each.id()), each.title(), "plain-link name"), claim);
        Evidence evidence = each.evidence();
        Component verdict = evidence == null
                ? Parts.muted("–")
                : Parts.div(
                        "two",
                        new Span(HypothesisWords.figures(evidence)),
                        Parts.muted("version " + evidence.version() + ", "
                                + Figures.ago(evidence.finishedAt(), clock.instant())));
        Component circuit = Parts.div(
                "two", new Span(HypothesisWords.size(each.newest().content().circuit())), Parts.muted(each.model()));
        Span when = Parts.muted(Figures.ago(each.newest().createdAt(), clock.instant())
                + (each.versions() > 1 ? ", version " + each.versions() : ""));
        when.setTitle(Figures.absolute(each.newest().createdAt()));
        return new Component[] {
            title, HypothesisWords.chip(each.state()), verdict, circuit, Parts.div("two", new Span(each.author()), when)
        };
    }

    private Component nothingFound() {
        return Parts.empty(
                "Nothing found",
                "No hypothesis here fits the search and the filters.",
                Parts.button("Show all", () -> go(HypothesisListState.EVERYTHING)));
    }

    private Component firstStep() {
        if (workspace == null) {
            return Parts.empty(
                    "No workspace yet",
                    "Hypotheses live in workspaces. Create one from the top of the navigation, or ask someone to add you"
                            + " to theirs.");
        }
        if (!mayEdit()) {
            return Parts.empty(
                    "No hypotheses yet",
                    "As a viewer you will see here what the editors of this workspace claim, and what the tests say.");
        }
        return Parts.empty(
                "Claim a circuit",
                "Name the components that account for a logit difference, freeze the claim, and let it be tested: against"
                        + " ablation, against random circuits, on prompts nobody has seen.",
                Parts.link("hypotheses/new", "State a first hypothesis", "btn primary"));
    }
}
