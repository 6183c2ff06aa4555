package dev.unembed.hypothesis.ui;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.combobox.ComboBox;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H1;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.HasDynamicTitle;
import com.vaadin.flow.router.NotFoundException;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.router.RouteAlias;
import dev.unembed.account.Actor;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.NotFound;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.Problems;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.hypothesis.CircuitText;
import dev.unembed.hypothesis.HypothesisDetails;
import dev.unembed.hypothesis.HypothesisDetails.Version;
import dev.unembed.hypothesis.HypothesisService;
import dev.unembed.hypothesis.HypothesisService.NewHypothesis;
import dev.unembed.hypothesis.Suggestions;
import dev.unembed.hypothesis.Suggestions.Suggestion;
import dev.unembed.hypothesis.VersionChange;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelRegistry;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunFilter;
import dev.unembed.run.RunService;
import dev.unembed.run.RunStatus;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * States a hypothesis, or a new version of one. {@code hypotheses/new?run=42&circuit=L9H9,L10H0} takes model and prompts from a
 * run: what the board's selection leads to.
 */
@Route(value = "hypotheses/new", layout = MainLayout.class)
@RouteAlias(value = "hypotheses/:hypothesisId([0-9]{1,18})/revise", layout = MainLayout.class)
@PermitAll
public class HypothesisEditView extends Div implements BeforeEnterObserver, HasDynamicTitle {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_PREFILL = 20_000;
    private static final int OFFERED_RUNS = 50;

    private final HypothesisService hypotheses;
    private final Suggestions suggestions;
    private final RunService runs;
    private final ModelRegistry models;
    private final WorkspaceService workspaces;
    private final SignedIn signedIn;

    private final PageHeader header = new PageHeader("New hypothesis");
    private final Div page = Parts.stack();
    private final TextField title = new TextField("Title");
    private final Select<ModelDetails> model = new Select<>();
    private final Paragraph problem = new Paragraph();
    private HypothesisForm form = new HypothesisForm(List.of());
    private @Nullable WorkspaceDetails workspace;
    private @Nullable Version base;

    @Inject
    public HypothesisEditView(
            HypothesisService hypotheses,
            Suggestions suggestions,
            RunService runs,
            ModelRegistry models,
            WorkspaceService workspaces,
            SignedIn signedIn) {
        this.hypotheses = hypotheses;
        this.suggestions = suggestions;
        this.runs = runs;
        this.models = models;
        this.workspaces = workspaces;
        this.signedIn = signedIn;
        page.addClassName("narrow");
        problem.addClassName("failed");
        problem.getElement().setAttribute("role", "alert");
        add(header, page);
    }

    @Override
    public String getPageTitle() {
        return (base == null ? "New hypothesis" : "New version") + " · Unembed";
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        Actor actor = signedIn.actor();
        Map<String, List<String>> parameters =
                event.getLocation().getQueryParameters().getParameters();
        Optional<Long> id = event.getRouteParameters().getLong("hypothesisId");
        try {
            if (id.isPresent()) {
                HypothesisDetails hypothesis = hypotheses.get(actor, id.get());
                base = number(parameters, "from")
                        .map(from -> hypotheses.version(actor, hypothesis.id(), from.intValue()))
                        .orElse(hypothesis.newest());
                workspace = workspaces.get(actor, hypothesis.workspaceId());
                ChosenWorkspace.choose(event.getUI(), hypothesis.workspaceId());
                revise(hypothesis, base);
                return;
            }
            RunDetails run =
                    number(parameters, "run").map(each -> runs.get(actor, each)).orElse(null);
            workspace = run != null
                    ? workspaces.get(actor, run.workspaceId())
                    : ChosenWorkspace.among(workspaces.list(actor), WorkspaceDetails::id)
                            .orElse(null);
            if (run != null) {
                ChosenWorkspace.choose(event.getUI(), run.workspaceId());
            }
            state(parameters, run);
        } catch (NotFound unknown) {
            event.rerouteToError(NotFoundException.class);
        }
    }

    private void state(Map<String, List<String>> parameters, @Nullable RunDetails run) {
        WorkspaceDetails in = workspace;
        List<ModelDetails> all = models.list();
        header.crumb(
                Parts.link("hypotheses", "Hypotheses", ""),
                new Span(" / " + (in == null ? "No workspace" : in.name())));
        if (in == null || in.role() == Role.VIEWER || all.isEmpty()) {
            refuse(in, all.isEmpty());
            return;
        }
        form = new HypothesisForm(hypotheses.promptSets(signedIn.actor(), in.id()));
        form.setDefaults();
        title.setWidthFull();
        title.setPlaceholder("Made from the claim");
        title.setMaxLength(HypothesisService.MAX_TITLE_CHARACTERS);
        model.setLabel("Model");
        model.setItems(all);
        model.setItemLabelGenerator(ModelDetails::name);
        model.addValueChangeListener(
                change -> form.setReader((text, universe) -> hypotheses.typed(text, change.getValue(), universe)));
        String wanted = run == null ? first(parameters, "model").orElse("") : run.model();
        model.setValue(all.stream()
                .filter(each -> each.name().equals(wanted))
                .findFirst()
                .orElse(all.getFirst()));
        first(parameters, "title").ifPresent(title::setValue);
        first(parameters, "circuit").ifPresent(form::setCircuit);
        if (run != null) {
            takeOver(run);
        }
        show(
                Parts.div("card", Parts.div("b", Parts.div("two-fields", title, model))),
                suggestion(in.id(), run),
                Parts.primary("Save as a draft", this::create));
        form.claim.focus();
    }

    private void revise(HypothesisDetails hypothesis, Version from) {
        WorkspaceDetails in = workspace;
        header.crumb(
                Parts.link("hypotheses", "Hypotheses", ""),
                new Span(" / "),
                Parts.link(HypothesisWords.address(hypothesis.id()), hypothesis.title(), ""));
        header.title(new H1("New version, from version " + from.number()));
        if (in == null || in.role() == Role.VIEWER) {
            refuse(in, false);
            return;
        }
        form = new HypothesisForm(hypotheses.promptSets(signedIn.actor(), in.id()));
        form.setContent(from.content());
        models.list().stream()
                .filter(each -> each.name().equals(hypothesis.model()))
                .findFirst()
                .ifPresent(known -> form.setReader((text, universe) -> hypotheses.typed(text, known, universe)));
        show(
                null,
                suggestion(in.id(), null),
                Parts.primary("Save version " + (hypothesis.versions() + 1), () -> save(hypothesis.id(), from)));
    }

    private void show(@Nullable Component top, Component suggestion, Component button) {
        problem.setVisible(false);
        page.removeAll();
        if (top != null) {
            page.add(top);
        }
        page.add(form, suggestion, problem, Parts.row(button, Parts.muted("Nothing is tested before it is frozen.")));
    }

    private void create() {
        WorkspaceDetails in = workspace;
        if (in == null || model.getValue() == null) {
            return;
        }
        attempt(() -> {
            HypothesisDetails made = hypotheses.create(
                    signedIn.actor(),
                    new NewHypothesis(
                            in.id(), title.getValue(), model.getValue().name(), form.change()));
            UI.getCurrentOrThrow().navigate(HypothesisWords.address(made.id()));
        });
    }

    private void save(long id, Version from) {
        attempt(() -> {
            VersionChange change = form.change();
            hypotheses.revise(signedIn.actor(), id, change, from.number());
            UI.getCurrentOrThrow().navigate(HypothesisWords.address(id));
        });
    }

    private void attempt(Runnable action) {
        problem.setVisible(false);
        try {
            action.run();
        } catch (RuntimeException failure) {
            problem.setText(Problems.sentence(failure));
            problem.setVisible(true);
            problem.scrollIntoView();
        }
    }

    /** Prompts of a run's parameters: the set they came from where it can be chosen, else as they are. */
    private void takeOver(RunDetails run) {
        JsonNode set = run.params().path("promptSet");
        PromptSetRef ref = set.isObject()
                ? new PromptSetRef(set.path("id").asLong(), set.path("version").asInt())
                : null;
        List<PromptExample> examples = new ArrayList<>();
        try {
            if (run.params().path("examples").isArray()) {
                examples.addAll(JSON.readValue(
                        run.params().get("examples").toString(), new TypeReference<List<PromptExample>>() {}));
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a run's examples can't be read", e);
        }
        if (ref != null || !examples.isEmpty()) {
            form.setPrompts(ref, examples);
        }
    }

    /** A circuit of the components with the greatest scores of a run that has some. */
    private Component suggestion(long workspaceId, @Nullable RunDetails from) {
        List<RunDetails> offered = new ArrayList<>();
        for (String kind : List.of("attribution", "patching")) {
            offered.addAll(runs.list(
                            signedIn.actor(),
                            new RunFilter(
                                    workspaceId,
                                    kind,
                                    null,
                                    RunStatus.SUCCEEDED,
                                    null,
                                    null,
                                    null,
                                    "-created",
                                    OFFERED_RUNS,
                                    null))
                    .runs());
        }
        ComboBox<RunDetails> run = new ComboBox<>("From");
        run.setItems(offered);
        run.setItemLabelGenerator(each -> each.title() + " · " + each.kind() + " " + each.id());
        run.setWidth("min(420px, 100%)");
        offered.stream()
                .filter(each -> from != null && each.id() == from.id())
                .findFirst()
                .ifPresent(run::setValue);
        IntegerField size = new IntegerField("Components");
        size.setValue(8);
        size.setMin(1);
        size.setMax(1_000);
        size.setStepButtonsVisible(true);
        Div found = Parts.div("quiet");
        Component suggest = Parts.button("Suggest", () -> {
            if (run.getValue() == null || size.getValue() == null) {
                return;
            }
            attempt(() -> {
                Suggestion made =
                        suggestions.suggest(signedIn.actor(), run.getValue().id(), size.getValue(), form.takesMlps());
                form.setCircuit(CircuitText.print(made.circuit(), Map.of()));
                found.setText(
                        made.by().equals("vote")
                                ? "The components with the largest direct votes: what they write, not what is lost without them."
                                : "The heads with the largest effects when patched one at a time.");
            });
        });
        Div card = Parts.card(
                "Suggest a circuit", Parts.stack(Parts.div("two-fields suggest", run, size, suggest), found));
        card.setVisible(!offered.isEmpty());
        return card;
    }

    private void refuse(@Nullable WorkspaceDetails in, boolean noModel) {
        page.removeAll();
        String heading = in == null ? "No workspace" : noModel ? "First a model" : "You read here";
        String sentence = in == null
                ? "Hypotheses live in workspaces. Create one from the top of the navigation."
                : noModel
                        ? "There is no model to claim anything of. An administrator adds one under Models."
                        : "As a viewer of " + in.name()
                                + " you can't state hypotheses. Ask an owner to make you an editor.";
        page.add(Parts.div(
                "card",
                Parts.empty(heading, sentence, Parts.link("hypotheses", "Go to the hypotheses", "btn primary"))));
    }

    private static Optional<String> first(Map<String, List<String>> parameters, String name) {
        return parameters.getOrDefault(name, List.of()).stream()
                .findFirst()
                .map(text -> text.length() <= LONGEST_PREFILL ? text : text.substring(0, LONGEST_PREFILL));
    }

    private static Optional<Long> number(Map<String, List<String>> parameters, String name) {
        return first(parameters, name)
                .filter(text -> text.matches("[0-9]{1,9}"))
                .map(Long::valueOf);
    }
}
