package dev.unembed.run.ui;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.Key;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.details.Details;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H1;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.NativeButton;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Pre;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.value.ValueChangeMode;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.HasDynamicTitle;
import com.vaadin.flow.router.Location;
import com.vaadin.flow.router.NotFoundException;
import com.vaadin.flow.router.QueryParameters;
import com.vaadin.flow.router.Route;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.NotFound;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.ComponentBoard;
import dev.unembed.base.ui.CopyButton;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.base.ui.Problems;
import dev.unembed.base.ui.ProgressLine;
import dev.unembed.base.ui.ResultPanel;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.run.Counterparts;
import dev.unembed.run.ExperimentCatalogue;
import dev.unembed.run.PromptSetChoices;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunService;
import dev.unembed.run.RunStatus;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import io.quarkus.arc.All;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One analysis, from waiting to its result. While it waits or runs the page says where it stands; the moment it is done,
 * the result appears. What the reader selects in a result is part of the page's address.
 */
@Route(value = "runs/:runId([0-9]{1,18})", layout = MainLayout.class)
@PermitAll
public class RunView extends Div implements BeforeEnterObserver, HasDynamicTitle {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunService runs;
    private final ExperimentCatalogue experiments;
    private final WorkspaceService workspaces;
    private final List<PromptSetChoices> promptSets;
    private final SignedIn signedIn;
    private final Clock clock;
    private final RunActions actions;

    private final PageHeader header = new PageHeader("");
    private final Div body = new Div();
    private final Div capsule = new Div();
    private Map<String, List<String>> resultState = Map.of();
    private Optional<Component> promptSet = Optional.empty();
    private @Nullable RunDetails shown;
    private @Nullable ProgressLine progress;
    private @Nullable Span place;
    private boolean mayEdit;
    private boolean renaming;

    @Inject
    public RunView(
            RunService runs,
            ExperimentCatalogue experiments,
            WorkspaceService workspaces,
            @All List<PromptSetChoices> promptSets,
            SignedIn signedIn,
            ChangeFeed feed,
            Clock clock) {
        this.runs = runs;
        this.experiments = experiments;
        this.workspaces = workspaces;
        this.promptSets = promptSets;
        this.signedIn = signedIn;
        this.clock = clock;
        this.actions = new RunActions(runs, signedIn);
        addClassName("run");
        add(header, body, capsule);
        // Another run that starts moves this one up the queue.
        LiveUpdates.follow(
                this,
                feed,
                change -> change.topic().equals(Change.RUN) || change.topic().equals(Change.QUEUE),
                changes -> {
                    RunDetails current = shown;
                    if (current != null
                            && (current.status() == RunStatus.QUEUED
                                    || changes.stream().anyMatch(change -> change.id() == current.id()))) {
                        reload(current.id());
                    }
                });
        ChosenWorkspace.listen(this, this::workspaceChosen);
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        long id = event.getRouteParameters().getLong("runId").orElseThrow();
        RunDetails run;
        try {
            run = runs.get(signedIn.actor(), id);
        } catch (NotFound unknown) {
            event.rerouteToError(NotFoundException.class);
            return;
        }
        resultState = event.getLocation().getQueryParameters().getParameters();
        mayEdit = workspaces.require(signedIn.actor(), run.workspaceId(), Role.VIEWER) != Role.VIEWER;
        promptSet = promptSet(run);
        shown = null;
        show(run);
        ChosenWorkspace.choose(event.getUI(), run.workspaceId());
    }

    @Override
    public String getPageTitle() {
        return (shown == null ? "Analysis" : shown.title()) + " · Unembed";
    }

    private void workspaceChosen() {
        RunDetails current = shown;
        UI ui = UI.getCurrent();
        if (current != null && ui != null && ChosenWorkspace.isOtherThan(current.workspaceId())) {
            ui.navigate("analyses");
        }
    }

    private void reload(long id) {
        try {
            show(runs.get(signedIn.actor(), id));
        } catch (NotFound gone) {
            shown = null;
            capsule.removeAll();
            header.facts().actions();
            body.removeAll();
            body.add(Parts.div(
                    "card",
                    Parts.empty(
                            "This analysis was deleted",
                            "It is gone for everyone in the workspace.",
                            Parts.link("analyses", "Go to the analyses", "btn primary"))));
        }
    }

    /** Draws what changed: a result on the page is never touched again. */
    private void show(RunDetails run) {
        RunDetails before = shown;
        shown = run;
        if (!renaming) {
            showTitle(run);
        }
        showFacts(run);
        boolean sameState = before != null
                && before.status() == run.status()
                && before.cancelRequested() == run.cancelRequested()
                && before.attempt() == run.attempt();
        if (!sameState) {
            showActions(run);
            showBody(run);
        }
        if (run.status() == RunStatus.RUNNING && progress != null) {
            progress.show(run.done(), run.total(), run.kept(), run.startedAt(), clock.instant());
        }
        if (place != null && run.queuePosition() != null) {
            place.setText(placeInWords(run.queuePosition()));
        }
        showCapsule(run, !sameState);
    }

    private void showTitle(RunDetails run) {
        header.crumb(Parts.link("analyses", "Analyses", ""), new Span(" / " + run.workspace()));
        header.title(new H1(run.title()));
        getUI().ifPresent(ui -> ui.getPage().setTitle(getPageTitle()));
    }

    private void rename(RunDetails run) {
        renaming = true;
        TextField field = new TextField();
        field.setValue(run.title());
        field.setAriaLabel("Title");
        field.setMaxLength(RunService.MAX_TITLE_CHARACTERS);
        field.addClassName("rename-field");
        Runnable back = () -> {
            renaming = false;
            if (shown != null) {
                showTitle(shown);
            }
        };
        Runnable save = () -> {
            if (!renaming) {
                return;
            }
            try {
                if (!field.getValue().equals(run.title())) {
                    shown = runs.edit(signedIn.actor(), run.id(), field.getValue(), null);
                }
                back.run();
            } catch (RuntimeException failure) {
                field.setErrorMessage(Problems.sentence(failure));
                field.setInvalid(true);
            }
        };
        field.addKeyDownListener(Key.ENTER, event -> save.run());
        field.addKeyDownListener(Key.ESCAPE, event -> back.run());
        field.setValueChangeMode(ValueChangeMode.EAGER);
        header.title(field, Parts.plain("Save", save), Parts.plain("Keep the old title", back));
        field.focus();
    }

    private void showFacts(RunDetails run) {
        List<Component> facts = new ArrayList<>();
        facts.add(Parts.link("analyses?model=" + run.model(), run.model(), "chip"));
        promptSet.ifPresent(facts::add);
        if (run.status() != RunStatus.SUCCEEDED) {
            facts.add(RunWords.chip(run));
        }
        String took = RunWords.took(run);
        if (!took.isEmpty()) {
            Span time = Parts.chip(took);
            time.setTitle("Computing time, without waiting in the queue");
            facts.add(time);
        }
        toVotes(run).ifPresent(facts::add);
        for (String tag : run.tags()) {
            facts.add(Parts.link("analyses?tag=" + URLEncoder.encode(tag, StandardCharsets.UTF_8), "#" + tag, "chip"));
        }
        if (mayEdit) {
            facts.add(quiet(
                    run.tags().isEmpty() ? "Add tags" : "Edit tags",
                    () -> actions.editTags(run, () -> reload(run.id()))));
            facts.add(quiet("Rename", () -> rename(run)));
        }
        header.facts(facts.toArray(Component[]::new));
    }

    /** Where the examples came from: the set by its present name, in the version that was read. */
    private Optional<Component> promptSet(RunDetails run) {
        JsonNode named = run.params().path("promptSet");
        if (!named.isObject()) {
            return Optional.empty();
        }
        long id = named.path("id").asLong();
        String version = "version " + named.path("version").asInt();
        Component chip = promptSets.stream()
                .flatMap(each -> each.name(signedIn.actor(), id).stream())
                .findFirst()
                .<Component>map(name -> Parts.link(
                        "promptsets/" + id + "?version=" + named.path("version").asInt() + "&model=" + run.model(),
                        name + " · " + version,
                        "chip long"))
                .orElseGet(() -> Parts.chip("a prompt set that is gone · " + version));
        chip.getElement().setAttribute("title", "The prompt set the examples came from, and its version");
        return Optional.of(chip);
    }

    private static Component quiet(String text, Runnable action) {
        NativeButton button = new NativeButton(text, click -> action.run());
        button.addClassNames("link", "quiet");
        return button;
    }

    private void showActions(RunDetails run) {
        List<Component> buttons = new ArrayList<>();
        if (mayEdit && !run.status().isFinal() && !run.cancelRequested()) {
            buttons.add(Parts.button("Cancel", () -> actions.cancel(run)));
        }
        if (mayEdit && run.status().isFinal()) {
            buttons.add(Parts.danger(
                    "Delete",
                    () -> actions.delete(run, () -> UI.getCurrentOrThrow().navigate("analyses"))));
        }
        if (mayEdit && run.status() == RunStatus.SUCCEEDED) {
            buttons.add(Parts.button("Repeat", () -> actions.repeat(run)));
        }
        CopyButton share = new CopyButton("Share");
        share.setTooltipText("Copies the link to this page with what is selected on it");
        if (run.status() == RunStatus.SUCCEEDED) {
            share.addThemeVariants(ButtonVariant.LUMO_PRIMARY);
        }
        buttons.add(share);
        header.actions(buttons.toArray(Component[]::new));
    }

    private static Component downloads(RunDetails run) {
        String result = resultAddress(run);
        Div links = Parts.row(
                download("CSV, a line per cell", result + ".csv", fileName(run) + ".csv"),
                download("JSON", result, fileName(run) + ".json"),
                download("safetensors, full precision", result + ".safetensors", fileName(run) + ".safetensors"));
        Long bytes = run.resultBytes();
        if (bytes != null) {
            links.add(Parts.muted(Figures.bytes(bytes) + " as stored"));
        }
        return links;
    }

    private static Anchor download(String label, String address, String fileName) {
        Anchor link = new Anchor(address, label);
        link.setRouterIgnore(true);
        link.getElement().setAttribute("download", fileName);
        link.addClassName("link");
        return link;
    }

    private static String resultAddress(RunDetails run) {
        return "/api/v1/runs/" + run.id() + "/result";
    }

    /** The title as a file name: letters, digits and hyphens, with the run's number. */
    static String fileName(RunDetails run) {
        return fileName(run.id(), run.title());
    }

    static String fileName(long id, String title) {
        String words = title.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}]+", "-")
                .replaceAll("^-+|-+$", "");
        String shortened = words.length() <= 40 ? words : words.substring(0, 40).replaceAll("-+$", "");
        return (shortened.isEmpty() ? "run" : shortened) + "-" + id;
    }

    private void showBody(RunDetails run) {
        body.removeAll();
        progress = null;
        place = null;
        switch (run.status()) {
            case QUEUED -> body.add(queued(run));
            case RUNNING -> body.add(running(run));
            case SUCCEEDED -> body.add(result(run));
            case FAILED -> body.add(failed(run));
            case CANCELLED ->
                body.add(ended(
                        run.total() > 0 ? "Cancelled at " + RunWords.percent(run) + " %" : "Cancelled",
                        RunWords.kept(run),
                        goingOn(run, "Start again")));
        }
    }

    private Component queued(RunDetails run) {
        Span where = new Span(run.queuePosition() == null ? "" : placeInWords(run.queuePosition()));
        place = where;
        Div card = Parts.div("empty", new H2(run.cancelRequested() ? "Cancelling …" : "In the queue"));
        Paragraph sentence = new Paragraph(where);
        sentence.add(new Span(" This page shows the result as soon as it is there; you can leave it."));
        card.add(sentence, prompt(run), Parts.link("queue", "See the queue", "link"));
        return Parts.div("card", card);
    }

    static String placeInWords(int position) {
        return position == 1
                ? "It starts next."
                : "It is " + RunWords.ordinal(position) + ": " + Figures.counted(position - 1L, "analysis")
                        + (position == 2 ? " starts" : " start") + " before it.";
    }

    private Component running(RunDetails run) {
        ProgressLine line = new ProgressLine();
        progress = line;
        Div card = Parts.div("empty", new H2(run.cancelRequested() ? "Cancelling …" : "Computing"), line, prompt(run));
        if (run.attempt() > 1) {
            card.add(Parts.chip("attempt " + run.attempt()
                    + (run.checkpoint() == null
                            ? ": an earlier one was stopped"
                            : ": goes on where the earlier one was stopped")));
        }
        return Parts.div("card", card);
    }

    private static Component prompt(RunDetails run) {
        Div prompt = Parts.div("prompt-text", new Span(run.prompt()));
        prompt.setVisible(!run.prompt().isEmpty());
        return prompt;
    }

    private Component failed(RunDetails run) {
        RunDetails.Failure failure = run.failure();
        String text = failure == null ? "It failed without saying why." : failure.text();
        boolean ours = failure != null && failure.kind().equals("internal");
        boolean theirs = failure != null && failure.kind().equals("user");
        if (mayEdit && theirs) {
            return ended(
                    "It failed",
                    text,
                    Parts.primary(
                            "Change and start again",
                            () -> UI.getCurrentOrThrow().navigate(again(run))));
        }
        return ended(
                ours ? "It failed, and that is our fault" : "It failed",
                run.resumable() ? text + " " + RunWords.kept(run) : text,
                goingOn(run, "Try again"));
    }

    /** The one button that helps, and the other one; none for those who only read. */
    private Component[] goingOn(RunDetails run, String anew) {
        if (!mayEdit) {
            return new Component[0];
        }
        return run.resumable()
                ? new Component[] {
                    Parts.primary("Resume", () -> actions.resume(run)), Parts.button(anew, () -> actions.repeat(run))
                }
                : new Component[] {Parts.primary(anew, () -> actions.repeat(run))};
    }

    /** The address of a new analysis with everything as it is in this one, to be changed. */
    private static String again(RunDetails run) {
        return "analyses/new?from=" + run.id();
    }

    private static Component ended(String heading, String sentence, Component... help) {
        Div card = Parts.div("empty", new H2(heading));
        Paragraph text = new Paragraph(sentence);
        text.addClassName("said");
        card.add(text);
        if (help.length > 0) {
            card.add(Parts.row(help));
        }
        return Parts.div("card", card);
    }

    private Component result(RunDetails run) {
        return ResultPanel.of(
                ResultShapes.of(experiments.byKind(run.kind())),
                new ResultPanel.Source(
                        resultAddress(run),
                        fileName(run),
                        comparison(run),
                        resultState,
                        state -> remember(run.id(), state),
                        components -> makeHypothesis(run.id(), components)));
    }

    /** What the votes of an attribution can be held against. */
    private ComponentBoard.Comparison comparison(RunDetails run) {
        if (!Counterparts.hasVotes(run)) {
            return ComponentBoard.Comparison.NONE;
        }
        return new ComponentBoard.Comparison(
                runs.counterparts(signedIn.actor(), run.id()).stream()
                        .map(each -> new ComponentBoard.Measured(
                                String.valueOf(each.id()),
                                RunWords.measured(each),
                                resultAddress(each),
                                RunWords.address(each.id())))
                        .toList(),
                mayEdit ? anew("patching", run) : "");
    }

    /** The way from measured effects to the votes on the same prompts, which shows them side by side. */
    private Optional<Component> toVotes(RunDetails run) {
        if (run.status() != RunStatus.SUCCEEDED || !Counterparts.hasEffects(run)) {
            return Optional.empty();
        }
        Optional<RunDetails> votes =
                runs.counterparts(signedIn.actor(), run.id()).stream().findFirst();
        if (votes.isEmpty()) {
            return mayEdit
                    ? Optional.of(Parts.link(anew("attribution", run), "Attribute the same prompts", "link quiet"))
                    : Optional.empty();
        }
        Component link = Parts.link(
                RunWords.address(votes.get().id()) + "?view=effects&effects=" + run.id(), "beside the votes", "chip");
        link.getElement()
                .setAttribute(
                        "title", "“" + votes.get().title() + "” tells what each component votes on these prompts");
        return Optional.of(link);
    }

    /** The address of a new analysis of this kind that asks the same as this one. */
    private static String anew(String kind, RunDetails run) {
        return "analyses/new?kind=" + kind + "&from=" + run.id();
    }

    /** Goes to a new hypothesis about the examples of a run, with these components in its circuit. */
    private static void makeHypothesis(long id, List<String> components) {
        UI.getCurrentOrThrow()
                .navigate(
                        "hypotheses/new",
                        QueryParameters.simple(
                                Map.of("run", String.valueOf(id), "circuit", String.join(",", components))));
    }

    private void remember(long id, Map<String, String> state) {
        UI.getCurrentOrThrow()
                .getPage()
                .getHistory()
                .replaceState(null, new Location(RunWords.address(id), QueryParameters.simple(state)));
    }

    private void showCapsule(RunDetails run, boolean anew) {
        if (!anew) {
            return;
        }
        PlainTable table = new PlainTable("Run details", PlainTable.Column.of("What"), PlainTable.Column.of("Value"));
        table.addClassName("capsule");
        line(table, "Run", Parts.text(String.valueOf(run.id()), "mono"));
        line(table, "Kind", new Span(RunWords.kind(run.kind())));
        line(table, "Model", new Span(run.model()));
        Span digest = Parts.text(run.modelDigest(), "mono break");
        line(table, "Model digest (SHA-256)", digest);
        line(table, "Engine version", Parts.text(run.engineVersion(), "mono"));
        line(table, "Seed", Parts.text(String.valueOf(run.seed()), "mono"));
        line(table, "Priority", new Span(String.valueOf(run.priority())));
        line(table, "Attempt", new Span(String.valueOf(run.attempt())));
        line(table, "Started by", new Span(run.author()));
        line(table, "Submitted", time(run.createdAt()));
        Instant started = run.startedAt();
        if (started != null) {
            line(table, "Waited", new Span(Figures.duration(Duration.between(run.createdAt(), started))));
            line(table, "Started", time(started));
        }
        if (run.finishedAt() != null) {
            line(table, "Finished", time(run.finishedAt()));
        }
        if (run.worker() != null) {
            line(table, "Worker", Parts.text(run.worker(), "mono"));
        }
        if (run.device() != null) {
            line(table, "Computed on", Parts.text(run.device(), "mono"));
        }
        if (run.status() == RunStatus.SUCCEEDED) {
            line(table, "Result", downloads(run));
        }
        Pre params = new Pre(pretty(run.params()));
        params.addClassName("mono");
        params.getElement().setAttribute("tabindex", "0").setAttribute("aria-label", "Parameters as JSON");
        line(table, "Parameters", params);
        Details details = new Details("Run details", Parts.div("card", table));
        details.addClassName("run-details");
        capsule.removeAll();
        capsule.add(details);
    }

    private static void line(PlainTable table, String what, Component value) {
        table.row(Parts.muted(what), value);
    }

    private Component time(Instant instant) {
        Span time = new Span(Figures.absolute(instant));
        time.setTitle(Figures.ago(instant, clock.instant()));
        return time;
    }

    private static String pretty(ObjectNode params) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(params);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("JSON that was read can't be written", e);
        }
    }
}
