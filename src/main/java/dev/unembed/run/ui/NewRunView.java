package dev.unembed.run.ui;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.Key;
import com.vaadin.flow.component.KeyModifier;
import com.vaadin.flow.component.ShortcutRegistration;
import com.vaadin.flow.component.Shortcuts;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.combobox.MultiSelectComboBox;
import com.vaadin.flow.component.details.Details;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.renderer.ComponentRenderer;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.NotFound;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.ParamsForm;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.Problems;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.architecture.ModelFolder.Dimensions;
import dev.unembed.engine.experiment.Experiment;
import dev.unembed.engine.text.BosPolicy;
import dev.unembed.engine.text.TokenizedPrompt;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelRegistry;
import dev.unembed.run.ExperimentCatalogue;
import dev.unembed.run.PromptSetChoices;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunRequest;
import dev.unembed.run.RunService;
import dev.unembed.run.RunService.Submission;
import dev.unembed.run.RunStatus;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import io.quarkus.arc.All;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks a model something. The form is made from the parameters of the analysis kind; whatever the server refuses is said
 * at its field, and nothing that was typed is lost.
 */
@Route(value = "analyses/new", layout = MainLayout.class)
@PageTitle("New analysis · Unembed")
@PermitAll
public class NewRunView extends Div implements BeforeEnterObserver {
    private static final int LONGEST_PREFILL = 20_000;
    /** What a form without a kind in its address asks for. */
    private static final String USUAL_KIND = "lens";

    private final RunService runs;
    private final ModelRegistry models;
    private final ExperimentCatalogue experiments;
    private final WorkspaceService workspaces;
    private final List<PromptSetChoices> promptSets;
    private final SignedIn signedIn;
    private final Clock clock;

    private final PageHeader header = new PageHeader("New analysis");
    private final Div page = Parts.stack();
    private final Select<Experiment<?, ?>> kind = new Select<>();
    private final Select<ModelDetails> model = new Select<>();
    private final Span dimensions = Parts.text("", "quiet");
    private final Div formHolder = new Div();
    private final TextField title = new TextField("Title");
    private final IntegerField priority = new IntegerField("Priority");
    private final Paragraph problem = new Paragraph();
    private final Span memory = Parts.text("", "quiet");
    private boolean memoryDue;
    private MultiSelectComboBox<String> tags = RunActions.tagsField(List.of());
    private @Nullable ParamsForm form;
    private @Nullable WorkspaceDetails workspace;

    @Inject
    public NewRunView(
            RunService runs,
            ModelRegistry models,
            ExperimentCatalogue experiments,
            WorkspaceService workspaces,
            @All List<PromptSetChoices> promptSets,
            SignedIn signedIn,
            Clock clock) {
        this.promptSets = promptSets;
        this.runs = runs;
        this.models = models;
        this.experiments = experiments;
        this.workspaces = workspaces;
        this.signedIn = signedIn;
        this.clock = clock;
        page.addClassName("narrow");
        add(header, page);
        ChosenWorkspace.listen(this, this::showWorkspace);
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        List<ModelDetails> all = models.list();
        showWorkspace();
        if (workspace == null || workspace.role() == Role.VIEWER) {
            refuse(
                    workspace == null ? "No workspace" : "You read here",
                    workspace == null
                            ? "Analyses live in workspaces. Create one from the top of the navigation."
                            : "As a viewer of " + workspace.name()
                                    + " you can't start analyses. Ask an owner to make you an editor.");
            return;
        }
        if (all.isEmpty()) {
            refuse("First a model", "There is no model to look into yet. An administrator adds one under Models.");
            return;
        }
        build(all, workspace);
        prefill(event.getLocation().getQueryParameters().getParameters(), all);
    }

    private void refuse(String heading, String sentence) {
        page.removeAll();
        page.add(Parts.div(
                "card", Parts.empty(heading, sentence, Parts.link("analyses", "Go to the analyses", "btn primary"))));
    }

    private void showWorkspace() {
        workspace = ChosenWorkspace.among(workspaces.list(signedIn.actor()), WorkspaceDetails::id)
                .orElse(null);
        header.crumb(
                Parts.link("analyses", "Analyses", ""),
                new Span(" / " + (workspace == null ? "No workspace" : workspace.name())));
    }

    private void build(List<ModelDetails> all, WorkspaceDetails in) {
        page.removeAll();
        List<Experiment<?, ?>> kinds =
                experiments.all().stream().filter(Experiment::hasForm).toList();
        kind.setLabel("Kind of analysis");
        kind.setItems(kinds);
        kind.setItemLabelGenerator(each -> RunWords.kind(each.kind()));
        kind.setVisible(kinds.size() > 1);
        kind.addValueChangeListener(change -> buildForm());

        model.setLabel("Model");
        model.setItems(all);
        model.setItemLabelGenerator(ModelDetails::name);
        model.setRenderer(new ComponentRenderer<>(
                each -> Parts.div("two", new Span(each.name()), Parts.muted(inWords(each.dimensions())))));
        model.addClassName("model");
        model.addValueChangeListener(change -> modelChosen());

        title.setWidthFull();
        title.setPlaceholder("Made from the prompt");
        title.setMaxLength(RunService.MAX_TITLE_CHARACTERS);
        tags = RunActions.tagsField(runs.tags(signedIn.actor(), in.id()));
        tags.setLabel("Tags");
        priority.setValue(0);
        priority.setMin(-100);
        priority.setMax(100);
        priority.setStepButtonsVisible(true);
        priority.setHelperText("Higher starts first. -100 to 100.");
        problem.addClassName("failed");
        problem.getElement().setAttribute("role", "alert");
        problem.setVisible(false);

        Details filing = new Details("Title, tags, priority", Parts.div("options", title, tags, priority));
        filing.addClassName("filing");
        Button start = Parts.primary("Start analysis", () -> submit(false));
        start.setId("start");
        Div keys = Parts.row(Parts.text("Ctrl", "kbd"), Parts.text("Enter", "kbd"));
        keys.getElement().setAttribute("aria-hidden", "true");
        Div body = Parts.stack(
                Parts.div("two-fields", kind, Parts.div("field", model, dimensions)), formHolder, filing, problem);
        memory.setId("memory");
        page.add(Parts.div("card", Parts.div("b", body)), Parts.row(start, keys, memory));

        for (KeyModifier modifier : List.of(KeyModifier.CONTROL, KeyModifier.META)) {
            ShortcutRegistration shortcut =
                    Shortcuts.addShortcutListener(this, () -> submit(false), Key.ENTER, modifier);
            // so that what is being typed arrives first
            shortcut.resetFocusOnActiveElement();
        }
        kind.setValue(kinds.stream()
                .filter(each -> each.kind().equals(USUAL_KIND))
                .findFirst()
                .orElse(kinds.getFirst()));
    }

    private void buildForm() {
        ParamsForm built = new ParamsForm(kind.getValue().paramsType(), this::encode);
        WorkspaceDetails in = workspace;
        if (in != null) {
            built.setPromptSets(promptSets.stream()
                    .flatMap(each -> each.choices(signedIn.actor(), in.id()).stream())
                    .toList());
        }
        if (form != null) {
            built.setJson(form.json());
        }
        built.onChange(this::memoryChanged);
        form = built;
        formHolder.removeAll();
        formHolder.add(built);
        modelChosen();
    }

    private TokenizedPrompt encode(String text) {
        ModelDetails chosen = model.getValue();
        return chosen == null
                ? new TokenizedPrompt(List.of(), false, List.of())
                : models.tokens(chosen.name(), text, BosPolicy.NEVER);
    }

    /** Once for all that changes in one request. */
    private void memoryChanged() {
        if (!memoryDue) {
            memoryDue = true;
            getElement()
                    .getNode()
                    .runWhenAttached(ui -> ui.beforeClientResponse(this, context -> {
                        memoryDue = false;
                        showMemory();
                    }));
        }
    }

    /** Nothing where it can't be told: what is wrong with the parameters is said when they are sent. */
    private void showMemory() {
        ModelDetails chosen = model.getValue();
        WorkspaceDetails in = workspace;
        String text = "";
        if (form != null && chosen != null && in != null) {
            try {
                long bytes = runs.memoryBytes(
                        signedIn.actor(),
                        new RunRequest(
                                in.id(),
                                kind.getValue().kind(),
                                chosen.name(),
                                null,
                                List.of(),
                                0,
                                form.json(),
                                0,
                                false));
                text = "Needs about " + Figures.bytes(bytes) + " beside the model.";
                memory.setTitle(
                        "Memory that this analysis takes at its peak, estimated from its parameters. The model takes "
                                + Figures.bytes(chosen.memoryBytes())
                                + " more, or less where a worker streams it. A worker without that much refuses.");
            } catch (InvalidInput | NotFound incomplete) {
                memory.setTitle("");
            }
        }
        memory.setText(text);
    }

    private void modelChosen() {
        memoryChanged();
        ModelDetails chosen = model.getValue();
        if (form != null) {
            form.setModel(chosen == null ? null : chosen.name(), this::encode);
        }
        dimensions.setText(
                chosen == null
                        ? ""
                        : inWords(chosen.dimensions()) + " · reads at most "
                                + Figures.grouped(chosen.dimensions().nCtx()) + " tokens · BOS: " + chosen.bos());
    }

    static String inWords(Dimensions size) {
        return size.layers() + " layers · d " + Figures.grouped(size.dModel()) + " · " + size.nHeads() + " heads · "
                + Figures.grouped(size.dVocab()) + " tokens · " + Figures.magnitude(size.parameters()) + " parameters";
    }

    private void prefill(Map<String, List<String>> parameters, List<ModelDetails> all) {
        ObjectNode params = JsonNodeFactory.instance.objectNode();
        first(parameters, "prompt").ifPresent(prompt -> params.put("prompt", prompt));
        List<String> track = parameters.getOrDefault("track", List.of());
        if (!track.isEmpty()) {
            track.forEach(params.withArray("track")::add);
        }
        first(parameters, "promptSet")
                .filter(id -> id.matches("\\d{1,18}"))
                .ifPresent(id -> params.putObject("promptSet")
                        .put("id", Long.parseLong(id))
                        .put(
                                "version",
                                first(parameters, "version")
                                        .filter(version -> version.matches("\\d{1,9}"))
                                        .map(Integer::parseInt)
                                        .orElse(0)));
        Optional<RunDetails> former = former(parameters);
        former.ifPresent(run -> params.setAll(run.params()));
        first(parameters, "kind")
                .or(() -> former.map(RunDetails::kind))
                .flatMap(wanted -> experiments.all().stream()
                        .filter(each -> each.kind().equals(wanted) && each.hasForm())
                        .findFirst())
                .ifPresent(kind::setValue);
        first(parameters, "title").ifPresent(title::setValue);
        model.setValue(first(parameters, "model")
                .or(() -> former.map(RunDetails::model))
                .flatMap(wanted ->
                        all.stream().filter(each -> each.name().equals(wanted)).findFirst())
                .orElse(all.getFirst()));
        if (form != null) {
            form.setJson(params);
            form.focus();
        }
    }

    /** The run that this one starts from, when the address names one that may be read. */
    private Optional<RunDetails> former(Map<String, List<String>> parameters) {
        return first(parameters, "from").filter(id -> id.matches("\\d{1,18}")).flatMap(id -> {
            try {
                return Optional.of(runs.get(signedIn.actor(), Long.parseLong(id)));
            } catch (NotFound gone) {
                return Optional.empty();
            }
        });
    }

    private static Optional<String> first(Map<String, List<String>> parameters, String name) {
        return parameters.getOrDefault(name, List.of()).stream()
                .findFirst()
                .map(text -> text.length() <= LONGEST_PREFILL ? text : text.substring(0, LONGEST_PREFILL));
    }

    private void submit(boolean fresh) {
        ParamsForm filled = form;
        WorkspaceDetails in = workspace;
        if (filled == null || in == null || model.getValue() == null) {
            return;
        }
        problem.setVisible(false);
        filled.clearErrors();
        if (!filled.check() || priority.isInvalid()) {
            return;
        }
        RunRequest request = new RunRequest(
                in.id(),
                kind.getValue().kind(),
                model.getValue().name(),
                title.isEmpty() ? null : title.getValue(),
                List.copyOf(tags.getValue()),
                priority.getValue() == null ? 0 : priority.getValue(),
                filled.json(),
                0,
                fresh);
        try {
            Submission submission = runs.submit(signedIn.actor(), request);
            if (submission.existing()) {
                offerExisting(submission.run());
            } else {
                open(submission.run());
            }
        } catch (RuntimeException failure) {
            tell(failure, filled);
        }
    }

    private void tell(RuntimeException failure, ParamsForm filled) {
        Map<String, String> byField = Problems.byField(failure);
        boolean placed = false;
        for (Map.Entry<String, String> each : byField.entrySet()) {
            placed |= filled.showError(each.getKey(), each.getValue());
        }
        String sentence = Problems.sentence(failure);
        if (!placed) {
            placed = named(sentence, filled.names())
                    .map(name -> filled.showError(name, sentence))
                    .orElse(false);
        }
        if (!placed) {
            problem.setText(sentence);
            problem.setVisible(true);
            problem.scrollIntoView();
        }
    }

    /** The parameter a sentence is about: the first one it names, as {@code Parameter topK …} or at its beginning. */
    static Optional<String> named(String sentence, List<String> names) {
        String start = sentence.replaceFirst("^Parameter\\s+", "").replaceFirst("^[‘'“\"]", "");
        return names.stream()
                .filter(name -> start.regionMatches(true, 0, name, 0, name.length())
                        && (start.length() == name.length() || !Character.isLetterOrDigit(start.charAt(name.length()))))
                .findFirst();
    }

    private void offerExisting(RunDetails run) {
        Dialog dialog = new Dialog("This was asked before");
        dialog.setWidth("460px");
        String when = Figures.ago(run.createdAt(), clock.instant());
        dialog.add(new Paragraph("“" + run.title() + "” has the same parameters on the same model. " + run.author()
                + " started it " + when + "; "
                + (run.status() == RunStatus.SUCCEEDED
                        ? "its result is there."
                        : "it is " + RunWords.state(run) + ".")));
        Component compute = Parts.button("Compute again", () -> {
            dialog.close();
            submit(true);
        });
        Button openIt = Parts.primary("Open the existing result", () -> {
            dialog.close();
            open(run);
        });
        dialog.getFooter().add(compute, openIt);
        dialog.open();
        openIt.focus();
    }

    private static void open(RunDetails run) {
        UI.getCurrentOrThrow().navigate(RunWords.address(run.id()));
    }
}
