package dev.unembed.promptset.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.confirmdialog.ConfirmDialog;
import com.vaadin.flow.component.contextmenu.MenuItem;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H1;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.menubar.MenuBar;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.BeforeLeaveEvent;
import com.vaadin.flow.router.BeforeLeaveObserver;
import com.vaadin.flow.router.HasDynamicTitle;
import com.vaadin.flow.router.Location;
import com.vaadin.flow.router.NotFoundException;
import com.vaadin.flow.router.QueryParameters;
import com.vaadin.flow.router.Route;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.NotFound;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.Notices;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.Problems;
import dev.unembed.engine.prompt.Preflight;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.result.PreflightTable;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelRegistry;
import dev.unembed.promptset.PromptSetDetails;
import dev.unembed.promptset.PromptSetService;
import dev.unembed.promptset.VersionDetails;
import dev.unembed.run.RunService;
import dev.unembed.run.RunStatus;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One prompt set: its examples as a model's tokens, what is doubtful about them, and what can be made of them. Changes are a
 * draft until they are saved as the next version. The version and the model are part of the page's address.
 */
@Route(value = "promptsets/:setId([0-9]{1,18})", layout = MainLayout.class)
@PermitAll
public class PromptSetView extends Div implements BeforeEnterObserver, BeforeLeaveObserver, HasDynamicTitle {
    private final PromptSetService sets;
    private final RunService runs;
    private final ModelRegistry models;
    private final WorkspaceService workspaces;
    private final SignedIn signedIn;
    private final Clock clock;

    private final PageHeader header = new PageHeader("");
    private final Paragraph sentence = new Paragraph();
    private final Div protocol = Parts.div("row quiet protocol");
    private final Select<String> model = new Select<>();
    private final Div tools = Parts.row();
    private final Div state = Parts.row();
    private final ExampleTable table = new ExampleTable(this::pieces, this::edit);
    private final Div saving = Parts.div("card saving");

    private @Nullable PromptSetDetails set;
    private @Nullable Draft draft;
    private @Nullable Measurement measurement;
    private List<Preflight.Check> checks = List.of();
    private boolean mayEdit;

    @Inject
    public PromptSetView(
            PromptSetService sets,
            RunService runs,
            ModelRegistry models,
            WorkspaceService workspaces,
            SignedIn signedIn,
            ChangeFeed feed,
            Clock clock) {
        this.sets = sets;
        this.runs = runs;
        this.models = models;
        this.workspaces = workspaces;
        this.signedIn = signedIn;
        this.clock = clock;
        addClassName("prompt-set");
        sentence.addClassName("lede");
        model.setAriaLabel("Model whose tokens are shown");
        model.addValueChangeListener(change -> {
            if (change.isFromClient()) {
                measurement = null;
                remember();
                show();
            }
        });
        state.getElement().setAttribute("aria-live", "polite");
        saving.setVisible(false);
        add(
                header,
                sentence,
                protocol,
                Parts.div("row tools", model, tools, Parts.grow(), state),
                Parts.div("card list", table),
                saving);
        LiveUpdates.follow(
                this,
                feed,
                change -> change.topic().equals(Change.RUN) || change.topic().equals(Change.PROMPT_SET),
                changes -> changes.forEach(this::heard));
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        long id = event.getRouteParameters().getLong("setId").orElseThrow();
        Map<String, List<String>> parameters =
                event.getLocation().getQueryParameters().getParameters();
        try {
            String version = first(parameters, "version");
            set = sets.get(signedIn.actor(), id);
            draft = new Draft(sets.version(
                    signedIn.actor(), id, version.matches("[0-9]{1,9}") ? Integer.valueOf(version) : null));
            mayEdit = workspaces.require(signedIn.actor(), set.workspaceId(), Role.VIEWER) != Role.VIEWER;
        } catch (NotFound unknown) {
            event.rerouteToError(NotFoundException.class);
            return;
        }
        List<String> names = models.list().stream()
                .filter(ModelDetails::knowsText)
                .map(ModelDetails::name)
                .toList();
        model.setItems(names);
        String wanted = first(parameters, "model");
        String made = draft.base().origin() == null ? "" : draft.base().origin().model();
        model.setValue(
                names.contains(wanted)
                        ? wanted
                        : names.contains(made)
                                ? made
                                : names.stream().findFirst().orElse(null));
        measurement = null;
        show();
        ChosenWorkspace.choose(event.getUI(), set.workspaceId());
    }

    private static String first(Map<String, List<String>> parameters, String name) {
        return parameters.getOrDefault(name, List.of()).stream().findFirst().orElse("");
    }

    @Override
    public void beforeLeave(BeforeLeaveEvent event) {
        if (draft != null && draft.isChanged()) {
            BeforeLeaveEvent.ContinueNavigationAction action = event.postpone();
            ConfirmDialog dialog = new ConfirmDialog(
                    "Leave without saving?",
                    "The changes aren't saved as a version yet; they would be lost.",
                    "Leave",
                    confirm -> action.proceed());
            dialog.setCancelable(true);
            dialog.addCancelListener(cancel -> action.cancel());
            dialog.open();
        }
    }

    @Override
    public String getPageTitle() {
        return (set == null ? "Prompt set" : set.name()) + " · Unembed";
    }

    private void heard(Change change) {
        Measurement asked = measurement;
        PromptSetDetails current = set;
        if (change.topic().equals(Change.RUN) && asked != null && asked.run().id() == change.id()) {
            asked.refresh(signedIn.actor());
            show();
        } else if (change.topic().equals(Change.PROMPT_SET) && current != null && current.id() == change.id()) {
            try {
                set = sets.get(signedIn.actor(), change.id());
                showHeader();
            } catch (NotFound gone) {
                UI.getCurrentOrThrow().navigate("promptsets");
            }
        }
    }

    /** Everything anew from the draft, the chosen model and what it said. */
    private void show() {
        Draft current = draft;
        if (current == null) {
            return;
        }
        List<PromptExample> examples = current.examples();
        checks = model.getValue() == null ? List.of() : sets.preflight(examples, model.getValue(), BosPolicy.DEFAULT);
        Measurement asked = measurement;
        List<PreflightTable.Row> said = asked == null || current.isChanged() ? List.of() : asked.rows(signedIn.actor());
        List<ExampleTable.Row> rows = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            rows.add(new ExampleTable.Row(
                    i,
                    examples.get(i),
                    checks.isEmpty() ? List.of() : checks.get(i).findings(),
                    i < said.size() ? said.get(i) : null));
        }
        table.show(rows);
        showHeader();
        showSentence(current, said);
        showTools(current);
        showSaving(current);
    }

    private void showHeader() {
        PromptSetDetails current = set;
        Draft shown = draft;
        if (current == null || shown == null) {
            return;
        }
        VersionDetails version = shown.base();
        header.crumb(Parts.link("promptsets", "Prompt sets", ""), new Span(" / " + current.workspace()));
        header.title(new H1(current.name()));
        header.facts(
                Parts.chip(Figures.counted(shown.examples().size(), "example")),
                Parts.plain(
                        "Version " + version.version()
                                + (version.version() < current.version()
                                        ? " of " + current.version() + ", not the newest"
                                        : ""),
                        this::versions));
        List<Component> actions = new ArrayList<>();
        actions.add(menu(current));
        if (mayEdit && model.getValue() != null) {
            boolean ready = checks.stream().anyMatch(Preflight.Check::isSound);
            String query = QueryParameters.simple(new TreeMap<>(Map.of(
                            "kind", "attribution",
                            "promptSet", String.valueOf(current.id()),
                            "version", String.valueOf(version.version()),
                            "model", model.getValue())))
                    .getQueryString();
            actions.add(Parts.link(
                    "analyses/new?" + query, "Attribute on " + model.getValue() + " …", ready ? "btn primary" : "btn"));
        }
        header.actions(actions.toArray(Component[]::new));
    }

    private MenuBar menu(PromptSetDetails current) {
        MenuBar bar = new MenuBar();
        MenuItem more = bar.addItem("More ▾");
        more.setAriaLabel("More");
        VersionDetails version = draft == null ? null : draft.base();
        if (version != null) {
            String address = "/api/v1/promptsets/" + current.id() + "/versions/" + version.version() + "/export.";
            more.getSubMenu().addItem(download("Export CSV", address + "csv"));
            more.getSubMenu().addItem(download("Export JSON Lines", address + "jsonl"));
        }
        if (mayEdit) {
            more.getSubMenu().addItem("Rename …", click -> rename(current));
            more.getSubMenu().addItem("Delete …", click -> delete(current));
        }
        return bar;
    }

    private static Anchor download(String label, String address) {
        Anchor link = new Anchor(address, label);
        link.setRouterIgnore(true);
        link.getElement().setAttribute("download", true);
        link.addClassName("plain-link");
        return link;
    }

    private void showSentence(Draft current, List<PreflightTable.Row> said) {
        long sound = checks.stream().filter(Preflight.Check::isSound).count();
        int all = current.examples().size();
        sentence.removeAll();
        if (model.getValue() == null) {
            sentence.add(new Span("Register a model to see the prompts as its tokens."));
        } else if (!said.isEmpty()) {
            long right = said.stream().filter(PreflightTable.Row::correct).count();
            double mean = said.stream()
                    .filter(row -> row.logitDiff() != null)
                    .mapToDouble(row -> row.logitDiff())
                    .average()
                    .orElse(Double.NaN);
            sentence.add(new Span(model.getValue() + " prefers the answer on "
                    + (right == all ? "all " + all : right + " of " + all)
                    + (Double.isNaN(mean)
                            ? "."
                            : String.format(java.util.Locale.ROOT, ", by a mean logit difference of %.2f.", mean))));
        } else if (sound == all) {
            sentence.add(new Span(
                    all == 1
                            ? "The one example is ready for " + model.getValue() + "."
                            : "All " + all + " examples are ready for " + model.getValue() + "."));
        } else {
            sentence.add(new Span(sound + " of " + all + " examples are ready for " + model.getValue()
                    + "; the others say in their row what is in the way."));
        }
        VersionDetails version = current.base();
        protocol.removeAll();
        Span hash = new Span("SHA-256 " + version.sha256().substring(0, 10));
        hash.setTitle(version.sha256());
        Span when = new Span("saved by " + version.author() + " " + Figures.ago(version.createdAt(), clock.instant()));
        when.setTitle(Figures.absolute(version.createdAt()));
        protocol.add(new Span(PromptSetWords.origin(version.origin())), new Span("·"), when, new Span("·"), hash);
        if (!version.note().isEmpty()) {
            protocol.add(new Span("·"), new Span("“" + version.note() + "”"));
        }
    }

    private void showTools(Draft current) {
        tools.removeAll();
        state.removeAll();
        if (mayEdit) {
            tools.add(
                    Parts.button("Add …", () -> edit(null)),
                    Parts.button(
                            "Paste or import …",
                            () -> new ImportDialog(false, (name, read) -> changed(() -> current.add(read.examples())))
                                    .open()),
                    Parts.button(
                            "Generate …",
                            () -> new GenerateDialog(
                                            sets,
                                            models,
                                            false,
                                            (name, made) ->
                                                    changed(() -> current.generated(made.examples(), made.origin())))
                                    .open()));
            if (current.base().origin() != null && model.getValue() != null) {
                tools.add(Parts.button("Add unseen …", this::addUnseen));
            }
            tools.add(Parts.button("Delete rows", this::deleteRows));
        }
        Measurement asked = measurement;
        if (asked != null && asked.run().status() != RunStatus.SUCCEEDED) {
            state.add(Parts.link(
                    "runs/" + asked.run().id(),
                    asked.run().status().isFinal()
                            ? "Asking " + model.getValue() + " failed: see why"
                            : "Asking " + model.getValue() + " …",
                    "link"));
        } else if (mayEdit && asked == null && model.getValue() != null && !current.isChanged()) {
            boolean sound = checks.stream().allMatch(Preflight.Check::isSound);
            if (sound) {
                state.add(Parts.button("Ask " + model.getValue() + " all of them", this::ask));
            }
        } else if (asked != null) {
            state.add(Parts.link("runs/" + asked.run().id(), "The whole table", "link"));
        }
    }

    private void ask() {
        Draft current = draft;
        if (current != null && model.getValue() != null) {
            measurement = new Measurement(runs, signedIn.actor(), current.base(), model.getValue());
            show();
        }
    }

    private void addUnseen() {
        Draft current = draft;
        if (current != null) {
            VersionDetails base = current.base();
            PromptSetService.Generated made = sets.unseen(
                    signedIn.actor(), base.promptSet(), base.version(), model.getValue(), 8, base.version());
            changed(() -> current.add(made.examples()));
        }
    }

    private void deleteRows() {
        Draft current = draft;
        List<Integer> chosen =
                table.getSelectedItems().stream().map(ExampleTable.Row::index).toList();
        if (current == null || chosen.isEmpty()) {
            Notices.problem("Select the rows to delete first.");
            return;
        }
        changed(() -> current.remove(chosen));
    }

    /** @param row null for a new example */
    private void edit(ExampleTable.@Nullable Row row) {
        Draft current = draft;
        if (current == null || !mayEdit) {
            return;
        }
        PromptExample example = row == null ? PromptExample.of("", "", null) : row.example();
        new ExampleDialog(
                        row == null ? "New example" : "Example " + (row.index() + 1),
                        example,
                        model.getValue(),
                        this::check,
                        kept -> changed(() -> {
                            if (row == null) {
                                current.add(List.of(kept));
                            } else if (!kept.equals(example)) {
                                current.replace(row.index(), kept);
                            }
                        }))
                .open();
    }

    private Preflight.Check check(PromptExample example) {
        return model.getValue() == null
                        || example.prompt().isEmpty()
                        || example.answer().isEmpty()
                ? new Preflight.Check(0, 0, List.of())
                : sets.preflight(List.of(example), model.getValue(), BosPolicy.DEFAULT)
                        .getFirst();
    }

    private void changed(Runnable change) {
        change.run();
        show();
    }

    private void showSaving(Draft current) {
        saving.removeAll();
        saving.setVisible(current.isChanged());
        PromptSetDetails newest = set;
        if (!current.isChanged() || newest == null) {
            return;
        }
        TextField note = new TextField();
        note.setPlaceholder("Why, for the list of versions");
        note.setAriaLabel("Note");
        note.setMaxLength(PromptSetService.MAX_NOTE_CHARACTERS);
        note.addClassName("wide");
        saving.add(Parts.row(
                new Span(Figures.counted(current.examples().size(), "example") + ", not saved yet"),
                note,
                Parts.grow(),
                Parts.button("Discard", () -> {
                    draft = new Draft(current.base());
                    show();
                }),
                Parts.primary("Save as version " + (newest.version() + 1), () -> save(current, note.getValue()))));
    }

    private void save(Draft current, String note) {
        VersionDetails base = current.base();
        VersionDetails saved = sets.save(
                signedIn.actor(), base.promptSet(), base.version(), note, current.examples(), current.origin());
        draft = new Draft(saved);
        set = sets.get(signedIn.actor(), saved.promptSet());
        measurement = null;
        remember();
        show();
        Notices.done("Saved as version " + saved.version() + ".");
    }

    private void versions() {
        Draft current = draft;
        if (current == null) {
            return;
        }
        long id = current.base().promptSet();
        new VersionsDialog(
                        sets.versions(signedIn.actor(), id),
                        current.base().version(),
                        clock.instant(),
                        (from, to) -> sets.diff(signedIn.actor(), id, from, to),
                        version -> UI.getCurrentOrThrow()
                                .navigate(
                                        PromptSetWords.address(id),
                                        QueryParameters.simple(Map.of("version", String.valueOf(version)))))
                .open();
    }

    private void rename(PromptSetDetails current) {
        Dialog dialog = new Dialog("Rename");
        TextField name = new TextField("Name");
        name.setValue(current.name());
        name.setMaxLength(PromptSetService.MAX_NAME_CHARACTERS);
        name.addClassName("wide");
        dialog.add(name);
        dialog.getFooter().add(Parts.button("Cancel", dialog::close), Parts.primary("Rename", () -> {
            try {
                set = sets.rename(signedIn.actor(), current.id(), name.getValue());
                dialog.close();
                showHeader();
            } catch (RuntimeException failure) {
                name.setErrorMessage(Problems.sentence(failure));
                name.setInvalid(true);
            }
        }));
        dialog.open();
        name.focus();
    }

    private void delete(PromptSetDetails current) {
        ConfirmDialog dialog = new ConfirmDialog(
                "Delete “" + current.name() + "”?",
                "All its versions are gone for everyone in " + current.workspace() + ". This can't be undone.",
                "Delete prompt set",
                event -> {
                    sets.delete(signedIn.actor(), current.id());
                    draft = null;
                    Notices.done("“" + current.name() + "” deleted.");
                    UI.getCurrentOrThrow().navigate("promptsets");
                });
        dialog.setCancelable(true);
        dialog.setConfirmButtonTheme("error primary");
        dialog.open();
    }

    private void remember() {
        Draft current = draft;
        if (current != null && model.getValue() != null) {
            UI.getCurrentOrThrow()
                    .getPage()
                    .getHistory()
                    .replaceState(
                            null,
                            new Location(
                                    PromptSetWords.address(current.base().promptSet()),
                                    QueryParameters.simple(Map.of(
                                            "version",
                                                    String.valueOf(
                                                            current.base().version()),
                                            "model", model.getValue()))));
        }
    }

    /** A text as the chosen model's tokens; whole where it can't be read. */
    private List<String> pieces(String text) {
        if (model.getValue() == null || text.isEmpty()) {
            return List.of(text);
        }
        return models.tokens(model.getValue(), text, BosPolicy.NEVER).tokens().stream()
                .map(TokenizedPrompt.Token::text)
                .map(Figures::visible)
                .toList();
    }
}
