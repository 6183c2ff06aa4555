package dev.unembed.run.ui;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.combobox.ComboBox;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.grid.GridVariant;
import com.vaadin.flow.component.grid.contextmenu.GridContextMenu;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.NativeButton;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.provider.CallbackDataProvider;
import com.vaadin.flow.data.renderer.LitRenderer;
import com.vaadin.flow.data.value.ValueChangeMode;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.Location;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.router.RouteAlias;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.NotFound;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.engine.experiment.Experiment;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelRegistry;
import dev.unembed.run.ExperimentCatalogue;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunService;
import dev.unembed.run.RunStatus;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The analyses of the chosen workspace. Filters and order are the page's address: every change goes into it and comes
 * back out of it.
 */
@Route(value = "analyses", layout = MainLayout.class)
@RouteAlias(value = "", layout = MainLayout.class)
@PageTitle("Analyses · Unembed")
@PermitAll
public class RunListView extends Div implements BeforeEnterObserver {
    private static final String ANALYSIS = """
            <div class="run-title">
              <a href="${item.href}" router-link>${item.title}</a>
              ${item.tags.map((tag) => html`<button class="tag" @click=${(e) => { e.stopPropagation(); filterTag(tag); }} title="Only analyses with this tag">#${tag}</button>`)}
            </div>
            <div class="run-prompt" title="${item.prompt}">${item.prompt}</div>""";

    private static final String STATE = """
            ${item.finding
              ? html`<div class="found" title="${item.detail}"><span class="tok">${item.finding}</span> <span class="muted">${item.where}</span></div>`
              : item.percent >= 0
                ? html`<div class="found"><span class="state">${item.state}</span><div class="progress ${item.known ? '' : 'unknown'}" role="progressbar" aria-label="Progress" aria-valuenow="${item.percent}"><i style="width:${item.known ? item.percent + '%' : ''}"></i></div></div>`
                : html`<div class="found" title="${item.detail}"><span class="chip ${item.meaning}">${item.state}</span></div>`}""";

    private static final String MORE = """
            <button class="more" aria-label="Actions for ${item.title}" @click=${(e) => {
              e.stopPropagation();
              const at = e.currentTarget.getBoundingClientRect();
              e.currentTarget.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, composed: true, cancelable: true, clientX: at.left, clientY: at.bottom }));
            }}>⋯</button>""";

    /** Enter opens the focused row, a click anywhere in it too. */
    private static final String OPENING = """
            const open = (event) => {
              const row = event.composedPath().find((node) => node.localName === 'tr');
              if (!row) return;
              for (const slot of row.querySelectorAll('slot'))
                for (const content of slot.assignedElements()) {
                  const link = content.querySelector('a[router-link]');
                  if (link) { event.preventDefault(); link.click(); return; }
                }
            };
            const onControl = (event) => event.composedPath().some((node) => /^(a|button|input)$/.test(node.localName ?? ''));
            if (!this.__opening) {
              this.__opening = true;
              this.addEventListener('keydown', (event) => { if (event.key === 'Enter' && !onControl(event)) open(event); });
              this.addEventListener('click', (event) => {
                if (!onControl(event) && !getSelection().toString() && event.composedPath().some((node) => node.id === 'items')) open(event);
              });
            }
            """;

    private final RunService runs;
    private final WorkspaceService workspaces;
    private final ModelRegistry models;
    private final ExperimentCatalogue experiments;
    private final SignedIn signedIn;
    private final Clock clock;
    private final RunActions actions;

    private final PageHeader header = new PageHeader("Analyses");
    private final TextField search = new TextField();
    private final ComboBox<RunStatus> status = new ComboBox<>();
    private final ComboBox<String> model = new ComboBox<>();
    private final ComboBox<String> tag = new ComboBox<>();
    private final ComboBox<String> author = new ComboBox<>();
    private final ComboBox<String> kind = new ComboBox<>();
    private final Div filters = Parts.row();
    private final NativeButton clear = new NativeButton("Show all");
    private final NativeButton byTitle = new NativeButton();
    private final NativeButton byTime = new NativeButton();
    private final Grid<RunDetails> grid = new Grid<>();
    private final Div list = Parts.div("card list");
    private final Div nothing = new Div();

    private ListState state = ListState.EVERYTHING;
    private @Nullable WorkspaceDetails workspace;
    private RunRows rows;
    private boolean showing;

    @Inject
    public RunListView(
            RunService runs,
            WorkspaceService workspaces,
            ModelRegistry models,
            ExperimentCatalogue experiments,
            SignedIn signedIn,
            ChangeFeed feed,
            Clock clock) {
        this.runs = runs;
        this.workspaces = workspaces;
        this.models = models;
        this.experiments = experiments;
        this.signedIn = signedIn;
        this.clock = clock;
        this.actions = new RunActions(runs, signedIn);
        this.rows = new RunRows((limit, cursor) -> new RunService.RunPage(List.of(), null));
        addClassName("runs");
        buildFilters();
        buildGrid();
        list.add(grid);
        add(header, filters, list, nothing);
        ChosenWorkspace.listen(this, this::load);
        LiveUpdates.follow(this, feed, change -> change.topic().equals(Change.RUN), this::changed);
    }

    private void buildFilters() {
        filters.addClassName("filters");
        search.setPlaceholder("Search title, prompt, tags  /");
        search.setAriaLabel("Search analyses");
        search.setClearButtonVisible(true);
        search.setValueChangeMode(ValueChangeMode.LAZY);
        search.addClassName("search");
        search.getElement().setAttribute("data-search", true);
        search.addValueChangeListener(change -> chosen(change.isFromClient(), state.withQ(change.getValue())));
        status.setItems(RunStatus.values());
        status.setItemLabelGenerator(each -> RunWords.kind(RunWords.status(each)));
        combo(status, "Any status", "Status", ListState::withStatus);
        combo(model, "Any model", "Model", ListState::withModel);
        combo(tag, "Any tag", "Tag", ListState::withTag);
        combo(author, "Any author", "Author", ListState::withAuthor);
        combo(kind, "Any kind", "Kind", ListState::withKind);
        kind.setItemLabelGenerator(RunWords::kind);
        clear.addClassName("link");
        clear.addClickListener(click -> go(ListState.EVERYTHING.withSort(state.sort())));
        filters.add(search, status, model, tag, author, kind, clear);
    }

    private <T> void combo(
            ComboBox<T> box, String placeholder, String label, BiFunction<ListState, @Nullable T, ListState> with) {
        box.setPlaceholder(placeholder);
        box.setAriaLabel(label);
        box.setClearButtonVisible(true);
        box.addValueChangeListener(change -> chosen(change.isFromClient(), with.apply(state, change.getValue())));
    }

    private void buildGrid() {
        grid.addThemeVariants(GridVariant.LUMO_NO_BORDER);
        grid.addClassName("clickable");
        grid.setSelectionMode(Grid.SelectionMode.NONE);
        grid.getElement().setAttribute("aria-label", "Analyses");
        grid.addColumn(LitRenderer.<RunDetails>of(ANALYSIS)
                        .withProperty("title", RunDetails::title)
                        .withProperty("href", run -> RunWords.address(run.id()))
                        .withProperty("prompt", run -> run.prompt().replace('\n', '⏎'))
                        .withProperty("tags", RunDetails::tags)
                        .withFunction(
                                "filterTag",
                                (run, arguments) ->
                                        go(state.withTag(arguments.get(0).asString()))))
                .setHeader(sorting(byTitle, "title"))
                .setFlexGrow(5)
                .setWidth("260px");
        grid.addColumn(LitRenderer.<RunDetails>of(STATE)
                        .withProperty("finding", run -> {
                            Findings found = Findings.of(run.summary());
                            return found == null ? "" : found.headline();
                        })
                        .withProperty("where", run -> {
                            Findings found = Findings.of(run.summary());
                            return found == null ? "" : found.beside();
                        })
                        .withProperty("state", RunWords::state)
                        .withProperty("percent", run -> run.status() == RunStatus.RUNNING ? RunWords.percent(run) : -1)
                        .withProperty("known", run -> run.total() > 0)
                        .withProperty("meaning", run -> run.status() == RunStatus.FAILED ? "bad" : "")
                        .withProperty("detail", RunListView::detail))
                .setHeader(
                        Parts.explained(
                                "Found",
                                "What the analysis found. For a lens: the model's prediction after the last token, and the lens "
                                        + "layer from which it stays on top (crystallised). Before that: the state of the run."))
                .setFlexGrow(2)
                .setWidth("190px");
        grid.addColumn(LitRenderer.<RunDetails>of(
                                "<div class='two'><span>${item.model}</span><span class='muted'>${item.kind}</span></div>")
                        .withProperty("model", RunDetails::model)
                        .withProperty("kind", run -> RunWords.kind(run.kind())))
                .setHeader("Model")
                .setFlexGrow(2)
                .setWidth("150px");
        grid.addColumn(LitRenderer.<RunDetails>of(
                                "<div class='two'><span>${item.author}</span><time class='muted' datetime=${item.iso} title=${item.at}>${item.ago}</time></div>")
                        .withProperty("author", RunDetails::author)
                        .withProperty("iso", run -> run.createdAt().toString())
                        .withProperty("at", run -> Figures.absolute(run.createdAt()))
                        .withProperty("ago", run -> Figures.ago(run.createdAt(), clock.instant())))
                .setHeader(sorting(byTime, ListState.NEWEST_FIRST))
                .setFlexGrow(1)
                .setWidth("130px");
        grid.addColumn(LitRenderer.<RunDetails>of(MORE).withProperty("title", RunDetails::title))
                .setHeader(Parts.text("Actions", "sr"))
                .setFlexGrow(0)
                .setWidth("52px");
        GridContextMenu<RunDetails> menu = grid.addContextMenu();
        menu.setDynamicContentHandler(run -> {
            menu.removeAll();
            if (run != null) {
                fill(menu, run);
            }
            return run != null;
        });
        CallbackDataProvider<RunDetails, Void> provider = new CallbackDataProvider<>(
                query -> rows.slice(query.getOffset(), query.getLimit()).stream(), query -> count(), RunDetails::id);
        grid.setItems(provider);
        grid.setPageSize(RunRows.PAGE / 2);
    }

    private static String detail(RunDetails run) {
        Findings found = Findings.of(run.summary());
        if (found != null) {
            return found.detail() + (found.detail().isEmpty() ? "" : "; ") + RunWords.took(run);
        }
        return run.failure() == null ? RunWords.state(run) : run.failure().text();
    }

    private Component sorting(NativeButton heading, String sort) {
        heading.addClassName("sort");
        heading.addClickListener(click -> go(state.sortedBy(sort)));
        return heading;
    }

    private void fill(GridContextMenu<RunDetails> menu, RunDetails run) {
        menu.addItem("Open", event -> UI.getCurrentOrThrow().navigate(RunWords.address(run.id())));
        if (!mayEdit()) {
            return;
        }
        if (!run.status().isFinal()) {
            menu.addItem("Cancel", event -> actions.cancel(run)).setEnabled(!run.cancelRequested());
        }
        if (run.resumable()) {
            menu.addItem("Resume", event -> actions.resume(run));
        }
        menu.addItem("Repeat", event -> actions.repeat(run));
        menu.addItem("Edit tags …", event -> actions.editTags(run, () -> {}));
        if (run.status() != RunStatus.RUNNING) {
            menu.addItem("Delete …", event -> actions.delete(run, () -> {}));
        }
    }

    private boolean mayEdit() {
        return workspace != null && workspace.role() != Role.VIEWER;
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        state = ListState.of(event.getLocation().getQueryParameters().getParameters());
        load();
    }

    @Override
    protected void onAttach(AttachEvent event) {
        grid.getElement().executeJs(OPENING);
    }

    private void chosen(boolean byPerson, ListState next) {
        if (byPerson && !showing) {
            go(next);
        }
    }

    private void go(ListState next) {
        if (!next.equals(state)) {
            state = next;
            UI.getCurrentOrThrow()
                    .getPage()
                    .getHistory()
                    .replaceState(null, new Location("analyses", state.parameters()));
            load();
        }
    }

    /** Reads everything anew: the workspace, the filters' choices, the rows. */
    private void load() {
        workspace = ChosenWorkspace.among(workspaces.list(signedIn.actor()), WorkspaceDetails::id)
                .orElse(null);
        WorkspaceDetails current = workspace;
        rows = new RunRows((limit, cursor) -> current == null
                ? new RunService.RunPage(List.of(), null)
                : runs.list(signedIn.actor(), state.filter(current.id(), limit, cursor)));
        header.crumb(new Span(current == null ? "No workspace" : current.name()));
        header.actions(
                mayEdit()
                        ? new Component[] {Parts.link("analyses/new", "New analysis", "btn primary")}
                        : new Component[0]);
        showFilters(current);
        showSort();
        showRows();
    }

    private void showFilters(@Nullable WorkspaceDetails current) {
        showing = true;
        try {
            List<String> modelNames =
                    models.list().stream().map(ModelDetails::name).toList();
            List<String> kinds =
                    experiments.all().stream().map(Experiment::kind).toList();
            choose(model, modelNames, state.model());
            choose(kind, kinds, state.kind());
            choose(tag, current == null ? List.of() : runs.tags(signedIn.actor(), current.id()), state.tag());
            choose(author, current == null ? List.of() : runs.authors(signedIn.actor(), current.id()), state.author());
            // A choice of one is none, unless the address asks for it.
            kind.setVisible(kinds.size() > 1 || state.kind() != null);
            status.setValue(state.status());
            search.setValue(state.q() == null ? "" : state.q());
            clear.setVisible(state.isFiltered());
        } finally {
            showing = false;
        }
    }

    private static void choose(ComboBox<String> box, List<String> items, @Nullable String value) {
        List<String> all = new ArrayList<>(items);
        if (value != null && !all.contains(value)) {
            all.add(value);
        }
        box.setItems(all);
        box.setValue(value);
    }

    private void showSort() {
        heading(byTitle, "Analysis", "title");
        heading(byTime, "Author, time", "created");
    }

    private void heading(NativeButton button, String label, String sort) {
        String direction = state.sort().equals(sort) ? " ↑" : state.sort().equals("-" + sort) ? " ↓" : "";
        button.setText(label + direction);
        button.setAriaLabel(label
                + (direction.isEmpty()
                        ? ": sort"
                        : direction.endsWith("↑") ? ": sorted upwards" : ": sorted downwards"));
    }

    private int count() {
        WorkspaceDetails current = workspace;
        return current == null
                ? 0
                : (int) Math.min(Integer.MAX_VALUE, runs.count(signedIn.actor(), state.filter(current.id(), 1, null)));
    }

    private void showRows() {
        int count = count();
        boolean any = count > 0;
        list.setVisible(any);
        filters.setVisible(any || state.isFiltered());
        nothing.setVisible(!any);
        nothing.removeAll();
        if (!any) {
            nothing.add(state.isFiltered() ? nothingFound() : firstStep());
        }
        grid.getElement().getStyle().set("--rows", String.valueOf(count));
        grid.getDataProvider().refreshAll();
    }

    private Component nothingFound() {
        return Parts.div(
                "card",
                Parts.empty(
                        "Nothing found",
                        "No analysis here fits the search and the filters.",
                        Parts.button("Show all", () -> go(ListState.EVERYTHING.withSort(state.sort())))));
    }

    private Component firstStep() {
        if (workspace == null) {
            return Parts.div(
                    "card",
                    Parts.empty(
                            "No workspace yet",
                            "Analyses live in workspaces. Create one from the top of the navigation, or ask someone to add you to theirs."));
        }
        if (models.list().isEmpty()) {
            return Parts.div(
                    "card",
                    Parts.empty(
                            "First a model",
                            "There is no model to look into yet. An administrator adds one from a folder on the server.",
                            Parts.link("models", "Go to the models", "btn primary")));
        }
        if (!mayEdit()) {
            return Parts.div(
                    "card",
                    Parts.empty(
                            "No analyses yet",
                            "As a viewer you will see here what the editors of this workspace start."));
        }
        Div empty = Parts.div(
                "empty",
                new H2("Start a first analysis"),
                new Paragraph(
                        "Give a model the beginning of a text and see at which layer, and against which rivals, its next word emerges."));
        empty.add(Parts.link(
                "analyses/new?prompt=The%20capital%20of%20France%20is&track=%20Paris",
                "Start with “The capital of France is”", "btn primary"));
        empty.add(Parts.link("analyses/new", "or with a prompt of your own", "link"));
        return Parts.div("card", empty);
    }

    /** Known rows are replaced in place; a new run, a vanished one or one that left the filter changes the list. */
    private void changed(Set<Change> changes) {
        WorkspaceDetails current = workspace;
        if (current == null) {
            return;
        }
        boolean listChanged = false;
        Consumer<RunDetails> refresh = run -> grid.getDataProvider().refreshItem(run);
        for (Change change : changes) {
            boolean known = rows.find(change.id()).isPresent();
            try {
                RunDetails run = runs.get(signedIn.actor(), change.id());
                boolean stays = state.status() == null || state.status() == run.status();
                if (known && stays) {
                    rows.replace(run);
                    refresh.accept(run);
                } else if (known || run.workspaceId() == current.id()) {
                    listChanged = true;
                }
            } catch (NotFound gone) {
                listChanged |= known;
            }
        }
        if (listChanged) {
            rows.forget();
            showRows();
        }
    }
}
