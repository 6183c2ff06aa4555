package dev.unembed.hypothesis.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.confirmdialog.ConfirmDialog;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H1;
import com.vaadin.flow.component.html.NativeButton;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.HasDynamicTitle;
import com.vaadin.flow.router.NotFoundException;
import com.vaadin.flow.router.Route;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.NotFound;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.CopyButton;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.Notices;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.Problems;
import dev.unembed.base.ui.ProgressLine;
import dev.unembed.base.ui.VerdictView;
import dev.unembed.hypothesis.HypothesisDetails;
import dev.unembed.hypothesis.HypothesisDetails.Evidence;
import dev.unembed.hypothesis.HypothesisDetails.Version;
import dev.unembed.hypothesis.HypothesisService;
import dev.unembed.hypothesis.HypothesisState;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.run.RunDetails;
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
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One hypothesis, from the draft to the verdict: {@code hypotheses/7?version=2&compare=1}. The page names the next step, follows
 * a test while it runs, and shows the verdict the moment it is there.
 */
@Route(value = "hypotheses/:hypothesisId([0-9]{1,18})", layout = MainLayout.class)
@PermitAll
public class HypothesisView extends Div implements BeforeEnterObserver, HasDynamicTitle {
    private final HypothesisService hypotheses;
    private final RunService runs;
    private final WorkspaceService workspaces;
    private final SignedIn signedIn;
    private final Clock clock;

    private final PageHeader header = new PageHeader("");
    private final Div versionBar = Parts.div("row versions");
    private final Div step = new Div();
    private final Div comparison = new Div();
    private final Div verdict = new Div();
    private final Div claimed = new Div();
    private @Nullable HypothesisDetails shown;
    private @Nullable Version version;
    private @Nullable Integer comparedWith;
    private @Nullable ProgressLine progress;
    /** A test that may be resumed from elsewhere, or 0. */
    private long stoppedTest;

    private long verdictRun;
    private boolean mayEdit;
    private boolean renaming;

    @Inject
    public HypothesisView(
            HypothesisService hypotheses,
            RunService runs,
            WorkspaceService workspaces,
            SignedIn signedIn,
            ChangeFeed feed,
            Clock clock) {
        this.hypotheses = hypotheses;
        this.runs = runs;
        this.workspaces = workspaces;
        this.signedIn = signedIn;
        this.clock = clock;
        addClassName("hypothesis");
        add(header, versionBar, step, comparison, verdict, claimed);
        LiveUpdates.follow(
                this,
                feed,
                change -> change.topic().equals(Change.HYPOTHESIS)
                        || change.topic().equals(Change.RUN),
                this::changed);
        ChosenWorkspace.listen(this, this::workspaceChosen);
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        long id = event.getRouteParameters().getLong("hypothesisId").orElseThrow();
        Map<String, List<String>> parameters =
                event.getLocation().getQueryParameters().getParameters();
        try {
            HypothesisDetails found = hypotheses.get(signedIn.actor(), id);
            mayEdit = workspaces.require(signedIn.actor(), found.workspaceId(), Role.VIEWER) != Role.VIEWER;
            verdict.removeAll();
            comparedWith = number(parameters, "compare")
                    .filter(each -> each >= 1 && each <= found.versions())
                    .orElse(null);
            verdictRun = 0;
            show(
                    found,
                    number(parameters, "version")
                            .map(each -> hypotheses.version(signedIn.actor(), id, each))
                            .orElse(found.newest()));
            ChosenWorkspace.choose(event.getUI(), found.workspaceId());
        } catch (NotFound unknown) {
            event.rerouteToError(NotFoundException.class);
        }
    }

    @Override
    public String getPageTitle() {
        return (shown == null ? "Hypothesis" : shown.title()) + " · Unembed";
    }

    private void workspaceChosen() {
        HypothesisDetails current = shown;
        UI ui = UI.getCurrent();
        if (current != null && ui != null && ChosenWorkspace.isOtherThan(current.workspaceId())) {
            ui.navigate("hypotheses");
        }
    }

    private void changed(Set<Change> changes) {
        HypothesisDetails current = shown;
        Version before = version;
        if (current == null || before == null) {
            return;
        }
        boolean mine = changes.stream()
                .anyMatch(change -> change.topic().equals(Change.HYPOTHESIS)
                        ? change.id() == current.id()
                        : before.testing() != null && before.testing() == change.id() || change.id() == stoppedTest);
        if (mine) {
            reload(current.id(), before.number());
        }
    }

    private void reload(long id, int number) {
        try {
            show(hypotheses.get(signedIn.actor(), id), hypotheses.version(signedIn.actor(), id, number));
        } catch (NotFound gone) {
            shown = null;
            header.facts().actions();
            versionBar.removeAll();
            step.removeAll();
            comparison.removeAll();
            claimed.removeAll();
            verdict.removeAll();
            verdict.add(Parts.div(
                    "card",
                    Parts.empty(
                            "This hypothesis was deleted",
                            "It is gone for everyone in the workspace; the runs that tested it are still there.",
                            Parts.link("hypotheses", "Go to the hypotheses", "btn primary"))));
        }
    }

    private void show(HypothesisDetails hypothesis, Version of) {
        shown = hypothesis;
        version = of;
        if (!renaming) {
            showTitle(hypothesis);
        }
        showFacts(hypothesis, of);
        showActions(hypothesis, of);
        showVersions(hypothesis, of);
        showStep(hypothesis, of);
        showComparison(hypothesis, of);
        showVerdict(hypothesis, of);
        showClaim(hypothesis, of);
    }

    private void showTitle(HypothesisDetails hypothesis) {
        header.crumb(Parts.link("hypotheses", "Hypotheses", ""), new Span(" / " + hypothesis.workspace()));
        header.title(new H1(hypothesis.title()));
        getUI().ifPresent(ui -> ui.getPage().setTitle(getPageTitle()));
    }

    private void showFacts(HypothesisDetails hypothesis, Version of) {
        List<Component> facts = new ArrayList<>();
        facts.add(HypothesisWords.chip(of.state()));
        facts.add(Parts.link("hypotheses?model=" + hypothesis.model(), hypothesis.model(), "chip"));
        facts.add(prompts(hypothesis, of));
        facts.add(Parts.chip(HypothesisWords.size(of.content().circuit())));
        if (mayEdit) {
            NativeButton rename = new NativeButton("Rename", click -> rename(hypothesis));
            rename.addClassNames("link", "quiet");
            facts.add(rename);
        }
        header.facts(facts.toArray(Component[]::new));
    }

    private void rename(HypothesisDetails hypothesis) {
        renaming = true;
        TextField field = new TextField();
        field.setValue(hypothesis.title());
        field.setAriaLabel("Title");
        field.setMaxLength(HypothesisService.MAX_TITLE_CHARACTERS);
        field.addClassName("rename-field");
        Runnable back = () -> {
            renaming = false;
            if (shown != null) {
                showTitle(shown);
            }
        };
        header.title(
                field,
                Parts.plain("Save", () -> {
                    try {
                        shown = hypotheses.rename(signedIn.actor(), hypothesis.id(), field.getValue());
                        back.run();
                    } catch (RuntimeException failure) {
                        field.setErrorMessage(Problems.sentence(failure));
                        field.setInvalid(true);
                    }
                }),
                Parts.plain("Keep the old title", back));
        field.focus();
    }

    private void showActions(HypothesisDetails hypothesis, Version of) {
        List<Component> buttons = new ArrayList<>();
        if (mayEdit) {
            buttons.add(Parts.danger("Delete", () -> delete(hypothesis)));
            buttons.add(Parts.link(
                    HypothesisWords.address(hypothesis.id()) + "/revise?from=" + of.number(), "New version", "btn"));
            boolean tested = of.evidence() != null;
            switch (of.state()) {
                case DRAFT ->
                    buttons.add(Parts.primary(
                            "Freeze version " + of.number(),
                            () -> attempt(() -> hypotheses.freeze(signedIn.actor(), hypothesis.id(), of.number()))));
                case TESTING -> {}
                default -> {
                    if (!tested) {
                        buttons.add(Parts.primary("Test version " + of.number(), () -> test(hypothesis, of)));
                    } else {
                        buttons.add(Parts.button("Test again", () -> test(hypothesis, of)));
                    }
                }
            }
        }
        CopyButton share = new CopyButton("Share");
        share.setTooltipText("Copies the link to this page");
        if (of.evidence() != null) {
            share.addThemeVariants(ButtonVariant.LUMO_PRIMARY);
        }
        buttons.add(share);
        header.actions(buttons.toArray(Component[]::new));
    }

    private void test(HypothesisDetails hypothesis, Version of) {
        attempt(() -> hypotheses.test(signedIn.actor(), hypothesis.id(), of.number()));
    }

    private void attempt(Runnable action) {
        HypothesisDetails current = shown;
        Version now = version;
        if (current == null || now == null) {
            return;
        }
        try {
            action.run();
        } catch (RuntimeException failure) {
            Notices.problem(Problems.sentence(failure));
        }
        reload(current.id(), now.number());
    }

    private void delete(HypothesisDetails hypothesis) {
        ConfirmDialog dialog = new ConfirmDialog(
                "Delete “" + hypothesis.title() + "”?",
                "The claim and its versions are gone for everyone in " + hypothesis.workspace()
                        + ". The runs that tested it stay. This can't be undone.",
                "Delete hypothesis",
                event -> {
                    hypotheses.delete(signedIn.actor(), hypothesis.id());
                    Notices.done("“" + hypothesis.title() + "” deleted.");
                    UI.getCurrentOrThrow().navigate("hypotheses");
                });
        dialog.setCancelable(true);
        dialog.setConfirmButtonTheme("error primary");
        dialog.open();
    }

    private void showVersions(HypothesisDetails hypothesis, Version of) {
        versionBar.removeAll();
        versionBar.setVisible(hypothesis.versions() > 1);
        if (hypothesis.versions() < 2) {
            return;
        }
        Div choice = Parts.div("seg");
        choice.getElement().setAttribute("role", "group");
        choice.getElement().setAttribute("aria-label", "Version");
        for (Version each :
                hypotheses.versions(signedIn.actor(), hypothesis.id()).reversed()) {
            boolean on = each.number() == of.number();
            Component link = Parts.link(
                    HypothesisWords.address(hypothesis.id(), each.number()),
                    "Version " + each.number(),
                    on ? "on" : "");
            link.getElement()
                    .setAttribute("title", each.state().text() + (each.note().isEmpty() ? "" : ": " + each.note()));
            if (on) {
                link.getElement().setAttribute("aria-current", "true");
            }
            choice.add(link);
        }
        int other = of.number() > 1 ? of.number() - 1 : of.number() + 1;
        boolean comparing = comparedWith != null && comparedWith != of.number();
        versionBar.add(choice);
        versionBar.add(
                comparing
                        ? Parts.link(
                                HypothesisWords.address(hypothesis.id(), of.number()), "Close the comparison", "link")
                        : Parts.link(
                                HypothesisWords.address(hypothesis.id(), of.number()) + "&compare=" + other,
                                "Compare with version " + other,
                                "link"));
        if (!of.note().isEmpty()) {
            versionBar.add(Parts.muted("“" + of.note() + "”"));
        }
    }

    /** What is going on, or what comes next; nothing once there is a verdict. */
    private void showStep(HypothesisDetails hypothesis, Version of) {
        Long testing = of.testing();
        if (testing != null) {
            showTest(testing);
            return;
        }
        progress = null;
        stoppedTest = 0;
        step.removeAll();
        switch (of.state()) {
            case DRAFT ->
                step.add(next(
                        "A draft",
                        "Freezing puts its hash, the time and your name on record. What is tested can't be changed any"
                                + " more after that; a change is a new version."));
            case FROZEN -> step.add(frozen(hypothesis, of));
            default -> {}
        }
    }

    private Component frozen(HypothesisDetails hypothesis, Version of) {
        Optional<RunDetails> last = hypotheses.tests(signedIn.actor(), hypothesis.id(), of.number()).stream()
                .findFirst();
        RunDetails.Failure failure = last.map(RunDetails::failure).orElse(null);
        if (failure != null) {
            return stopped("The test failed", failure.text(), last.get());
        }
        if (last.filter(run -> run.status() == RunStatus.CANCELLED).isPresent()) {
            return stopped("The test was cancelled", "It has no verdict; the claim stays frozen as it is.", last.get());
        }
        String heldOut = of.content().heldOut() > 0
                ? ", and on " + Figures.counted(of.content().heldOut(), "prompt") + " that will be made for it"
                : "";
        return next(
                "Frozen, and not tested",
                "The test ablates everything else, then the circuit itself, holds it against random circuits of the same"
                        + " size" + heldOut
                        + ". It runs in the queue; this page shows the verdict as soon as it is there.");
    }

    private Component stopped(String heading, String sentence, RunDetails test) {
        stoppedTest = test.id();
        Component card = next(heading, sentence + (test.resumable() ? " What was computed of it is kept." : ""));
        if (mayEdit && test.resumable()) {
            Div resume = Parts.row(
                    Parts.button("Resume the test", () -> attempt(() -> runs.resume(signedIn.actor(), test.id()))),
                    Parts.link("runs/" + test.id(), "the run", "link"));
            card.getElement().getChild(0).appendChild(resume.getElement());
        }
        return card;
    }

    private void showTest(long runId) {
        RunDetails run = runs.get(signedIn.actor(), runId);
        ProgressLine line = progress;
        if (line == null) {
            line = new ProgressLine();
            progress = line;
            step.removeAll();
            Div card = Parts.div("b testing", new Span("Testing"), line);
            card.add(Parts.link("runs/" + runId, "the run", "link"));
            if (mayEdit) {
                card.add(Parts.button("Cancel the test", () -> attempt(() -> runs.cancel(signedIn.actor(), runId))));
            }
            step.add(Parts.div("card", card));
        }
        if (run.status() == RunStatus.RUNNING) {
            line.show(run.done(), run.total(), run.kept(), run.startedAt(), clock.instant());
        } else {
            line.waiting(
                    run.queuePosition() == null || run.queuePosition() == 1
                            ? "In the queue: it starts next."
                            : "In the queue, as number " + run.queuePosition() + ".");
        }
    }

    private static Component next(String heading, String sentence) {
        Paragraph text = new Paragraph(sentence);
        text.addClassName("muted");
        return Parts.div("card", Parts.div("b next", Parts.text(heading, "strong"), text));
    }

    /** A verdict on the page is touched only when there is a newer one. */
    private void showVerdict(HypothesisDetails hypothesis, Version of) {
        Evidence evidence = of.evidence();
        long run = evidence == null ? 0 : evidence.run();
        if (run == verdictRun && verdict.getComponentCount() > 0) {
            return;
        }
        verdictRun = run;
        verdict.removeAll();
        if (evidence != null) {
            VerdictView view = new VerdictView();
            view.setBare(true);
            view.setHeading(hypothesis.title() + ", version " + of.number());
            view.setFileName("hypothesis-" + hypothesis.id() + "-version-" + of.number());
            view.setSource("/api/v1/runs/" + run + "/result");
            verdict.add(view);
        }
    }

    private void showComparison(HypothesisDetails hypothesis, Version of) {
        comparison.removeAll();
        Integer other = comparedWith;
        if (other != null && other != of.number()) {
            int earlier = Math.min(other, of.number());
            int later = Math.max(other, of.number());
            comparison.add(new VersionComparison(
                    hypotheses.compare(signedIn.actor(), hypothesis.id(), earlier, later), clock.instant()));
        }
    }

    private void showClaim(HypothesisDetails hypothesis, Version of) {
        claimed.removeAll();
        List<RunDetails> tests = of.state() == HypothesisState.DRAFT
                ? List.of()
                : hypotheses.tests(signedIn.actor(), hypothesis.id(), of.number());
        claimed.add(new VersionCard(hypothesis, of, prompts(hypothesis, of), tests, clock.instant()));
    }

    private Component prompts(HypothesisDetails hypothesis, Version of) {
        return HypothesisWords.prompts(of.content(), hypotheses.promptSets(signedIn.actor(), hypothesis.workspaceId()));
    }

    private static Optional<Integer> number(Map<String, List<String>> parameters, String name) {
        return parameters.getOrDefault(name, List.of()).stream()
                .findFirst()
                .filter(text -> text.matches("[0-9]{1,9}"))
                .map(Integer::valueOf);
    }
}
