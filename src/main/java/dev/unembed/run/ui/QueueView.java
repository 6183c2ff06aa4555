package dev.unembed.run.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.unembed.account.Actor;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.base.ui.ProgressLine;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.run.QueueService;
import dev.unembed.run.QueueService.QueueState;
import dev.unembed.run.QueueService.WorkerDetails;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunService;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What is computed now, what waits, and who computes. */
@Route(value = "queue", layout = MainLayout.class)
@PageTitle("Queue · Unembed")
@PermitAll
public class QueueView extends Div {
    private static final Set<String> TOPICS = Set.of(Change.RUN, Change.QUEUE, Change.WORKER);

    private final QueueService queue;
    private final WorkspaceService workspaces;
    private final SignedIn signedIn;
    private final Clock clock;
    private final RunActions actions;
    private final PageHeader header = new PageHeader("Queue");
    private final Div running = Parts.div("b");
    private final Div waiting = Parts.div("b");
    private final Div workers = Parts.div("b");
    private final Map<Long, ProgressLine> progress = new HashMap<>();
    private List<String> shownRunning = List.of();

    @Inject
    public QueueView(
            QueueService queue,
            RunService runs,
            WorkspaceService workspaces,
            SignedIn signedIn,
            ChangeFeed feed,
            Clock clock) {
        this.queue = queue;
        this.workspaces = workspaces;
        this.signedIn = signedIn;
        this.clock = clock;
        this.actions = new RunActions(runs, signedIn);
        add(
                header,
                Parts.stack(
                        section("Running", running),
                        section("Waiting, next first", waiting),
                        section("Workers", workers)));
        show();
        LiveUpdates.follow(this, feed, change -> TOPICS.contains(change.topic()), changes -> show());
    }

    private static Div section(String title, Div body) {
        Div card = Parts.card(title);
        card.getChildren().skip(1).findFirst().ifPresent(card::remove);
        card.add(body);
        return card;
    }

    private void show() {
        Actor actor = signedIn.actor();
        QueueState state = queue.state(actor);
        Set<Long> editable = workspaces.list(actor).stream()
                .filter(workspace -> workspace.role() != Role.VIEWER)
                .map(WorkspaceDetails::id)
                .collect(Collectors.toSet());
        header.facts(Parts.chip(QueueEntry.describe(state)));
        showRunning(state, editable);
        showWaiting(state, editable);
        showWorkers(state);
    }

    private void showRunning(QueueState state, Set<Long> editable) {
        List<String> ids = state.running().stream()
                .map(run -> run.id() + (run.cancelRequested() ? " cancelling" : ""))
                .toList();
        if (!ids.equals(shownRunning) || ids.isEmpty()) {
            shownRunning = ids;
            running.removeAll();
            progress.clear();
            if (ids.isEmpty()) {
                running.add(Parts.muted(others(state.othersRunning(), "Nothing is being computed.")));
            } else {
                PlainTable table = new PlainTable(
                        "Running analyses",
                        PlainTable.Column.of("Analysis"),
                        PlainTable.Column.of("Model"),
                        PlainTable.Column.of("Author"),
                        PlainTable.Column.of(
                                "Progress", "Steps done of all, their rate, and the time left at that rate."),
                        PlainTable.Column.actions());
                for (RunDetails run : state.running()) {
                    ProgressLine line = new ProgressLine();
                    progress.put(run.id(), line);
                    table.row(title(run), new Span(run.model()), new Span(run.author()), line, cancel(run, editable));
                }
                running.add(table);
                if (state.othersRunning() > 0) {
                    running.add(Parts.muted(others(state.othersRunning(), "")));
                }
            }
        }
        for (RunDetails run : state.running()) {
            ProgressLine line = progress.get(run.id());
            if (line != null) {
                line.show(run.done(), run.total(), run.kept(), run.startedAt(), clock.instant());
            }
        }
    }

    private void showWaiting(QueueState state, Set<Long> editable) {
        waiting.removeAll();
        if (state.waiting().isEmpty()) {
            waiting.add(Parts.muted(others(state.othersWaiting(), "Nothing waits.")));
            return;
        }
        PlainTable table = new PlainTable(
                "Waiting analyses",
                PlainTable.Column.number("Place", "1 starts next."),
                PlainTable.Column.of("Analysis"),
                PlainTable.Column.of("Model"),
                PlainTable.Column.of("Author"),
                PlainTable.Column.number("Priority", "-100 to 100; higher starts first."),
                PlainTable.Column.of("Waits since"),
                PlainTable.Column.actions());
        for (RunDetails run : state.waiting()) {
            Span since = Parts.muted(Figures.ago(run.createdAt(), clock.instant()));
            since.setTitle(Figures.absolute(run.createdAt()));
            table.row(
                    new Span(
                            run.queuePosition() == null
                                    ? ""
                                    : run.queuePosition().toString()),
                    title(run),
                    new Span(run.model()),
                    new Span(run.author()),
                    new Span(String.valueOf(run.priority())),
                    since,
                    cancel(run, editable));
        }
        waiting.add(table);
        if (state.othersWaiting() > 0) {
            waiting.add(Parts.muted(others(state.othersWaiting(), "")));
        }
    }

    private void showWorkers(QueueState state) {
        workers.removeAll();
        if (state.workers().isEmpty()) {
            workers.add(Parts.div(
                    "stack",
                    Parts.chip("No worker", "warn"),
                    Parts.muted("Nothing is computed until one is started: ./unembed worker")));
            return;
        }
        PlainTable table = new PlainTable(
                "Workers",
                PlainTable.Column.of("Worker"),
                PlainTable.Column.of("Device", "What it computes on."),
                PlainTable.Column.number("Threads", "Processor threads of the numeric library."),
                PlainTable.Column.of(
                        "Warm models",
                        "Models it holds in memory, the last used first, with their bytes. Of a streamed one it holds a block"
                                + " at a time and reads the rest from the files again and again: slower, for models that the"
                                + " memory doesn't hold."),
                PlainTable.Column.of("Now"),
                PlainTable.Column.of(
                        "Heard of",
                        "A worker that says nothing for ten seconds is taken for gone; its runs go to another."));
        for (WorkerDetails worker : state.workers()) {
            Div warm = Parts.row();
            worker.warmModels().forEach(model -> {
                warm.add(Parts.chip(
                        model.name() + " · " + Figures.bytes(model.bytes()) + (model.streamed() ? ", streamed" : "")));
            });
            if (worker.warmModels().isEmpty()) {
                warm.add(Parts.muted("none"));
            }
            Div now = Parts.row();
            worker.currentRuns().forEach(id -> now.add(Parts.link(RunWords.address(id), "run " + id, "link")));
            if (worker.currentRuns().isEmpty()) {
                now.add(Parts.muted("idle"));
            }
            Span seen = worker.alive()
                    ? Parts.muted(Figures.ago(worker.lastSeenAt(), clock.instant()))
                    : Parts.chip("gone · " + Figures.ago(worker.lastSeenAt(), clock.instant()), "bad");
            seen.setTitle("Since " + Figures.absolute(worker.startedAt()));
            table.row(
                    Parts.text(worker.name(), "mono"),
                    new Span(worker.device()),
                    new Span(String.valueOf(worker.threads())),
                    warm,
                    now,
                    seen);
        }
        workers.add(table);
    }

    private static String others(long count, String none) {
        return count == 0 ? none : Figures.counted(count, "analysis") + " of workspaces you are not a member of.";
    }

    private static Component title(RunDetails run) {
        return Parts.link(RunWords.address(run.id()), run.title(), "strong plain-link");
    }

    private Component cancel(RunDetails run, Set<Long> editable) {
        if (!editable.contains(run.workspaceId())) {
            return new Span();
        }
        if (run.cancelRequested()) {
            return Parts.muted("cancelling …");
        }
        return Parts.plain("Cancel", () -> actions.cancel(run));
    }
}
