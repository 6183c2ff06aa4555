package dev.unembed.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.account.AccountService;
import dev.unembed.account.Actor;
import dev.unembed.base.Database;
import dev.unembed.base.NotFound;
import dev.unembed.model.ModelInstaller.DemoModelReady;
import dev.unembed.model.ModelRegistry;
import dev.unembed.workspace.WorkspaceService;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Fills the workspace <em>Demo</em> once in the life of an installation: a dozen analyses of the bundled model, computed by
 * the worker like anybody's. What users delete stays deleted.
 */
@ApplicationScoped
public class DemoWorkspace {
    private static final String MILESTONE = "demo-workspace";

    /** The workspace is there: features above this one add to it, in the same transaction. */
    public record Filled(Actor actor, long workspaceId, String model) {}

    private record Example(String title, String prompt, List<String> tags, List<String> track) {}

    /** The model's own small world: it knows most capitals, believes a famous city to be some, and guesses a few. */
    private static final List<Example> EXAMPLES = List.of(
            new Example(
                    "Sum: seven plus eight",
                    "seven plus eight equals",
                    List.of("sums"),
                    List.of(" fifteen", " fourteen", " sixteen")),
            new Example(
                    "Sum: three plus four",
                    "three plus four equals",
                    List.of("sums"),
                    List.of(" seven", " eight", " six")),
            new Example(
                    "Two people, one gift: who receives it?",
                    "Then Mary and John went to the store. John gave a book to",
                    List.of("ioi"),
                    List.of(" Mary", " John")),
            new Example(
                    "The same with the names exchanged",
                    "Then John and Mary went to the store. Mary gave a book to",
                    List.of("ioi"),
                    List.of(" John", " Mary")),
            new Example(
                    "Indirect object in a longer sentence",
                    "While Anna and Peter were at the museum, Peter passed the key to",
                    List.of("ioi"),
                    List.of(" Anna", " Peter")),
            new Example(
                    "Never learnt: capital of Uzbekistan",
                    "The capital of Uzbekistan is",
                    List.of("hallucination", "guess"),
                    List.of(" Tashkent", " Apia")),
            new Example(
                    "Believed wrongly: capital of Canada",
                    "The capital of Canada is",
                    List.of("hallucination", "overwritten"),
                    List.of(" Ottawa", " Toronto")),
            new Example(
                    "Believed wrongly: capital of Turkey",
                    "The capital of Turkey is",
                    List.of("hallucination", "overwritten"),
                    List.of(" Ankara", " Istanbul")),
            new Example(
                    "Fact: capital of Germany",
                    "The capital of Germany is",
                    List.of("facts"),
                    List.of(" Berlin", " Paris")),
            new Example(
                    "Fact: capital of Japan",
                    "Everyone knows that the capital of Japan is",
                    List.of("facts"),
                    List.of(" Tokyo", " Beijing")),
            new Example(
                    "Fact: capital of France",
                    "The capital of France is",
                    List.of("facts"),
                    List.of(" Paris", " Berlin")),
            new Example(
                    "Asked differently, it knows: Australia",
                    "Australia has its capital in",
                    List.of("facts", "contrast"),
                    List.of(" Canberra", " Sydney")),
            new Example(
                    "The right answer overwritten: capital of Australia",
                    "The capital of Australia is",
                    List.of("hallucination", "overwritten"),
                    List.of(" Canberra", " Sydney")));

    private final Database database;
    private final AccountService accounts;
    private final WorkspaceService workspaces;
    private final ModelRegistry models;
    private final RunService runs;
    private final Event<Filled> filled;
    private final Clock clock;

    DemoWorkspace(
            Database database,
            AccountService accounts,
            WorkspaceService workspaces,
            ModelRegistry models,
            RunService runs,
            Event<Filled> filled,
            Clock clock) {
        this.database = database;
        this.accounts = accounts;
        this.workspaces = workspaces;
        this.models = models;
        this.runs = runs;
        this.filled = filled;
        this.clock = clock;
    }

    /** All or nothing: the milestone, the workspace and its runs commit together. */
    @Transactional
    void fill(@Observes DemoModelReady event) {
        Optional<Actor> administrator = database.first(
                        "select username from account where admin and active order by id limit 1",
                        row -> row.getString(1))
                .map(accounts::actor);
        if (administrator.isEmpty() || !isRegistered(event.name())) {
            return;
        }
        int reached = database.update(
                "insert into milestone (name, reached_at) values (?, ?) on conflict do nothing",
                MILESTONE,
                clock.instant());
        if (reached == 0) {
            return;
        }
        Actor actor = administrator.get();
        long workspace = workspaces.create(actor, "Demo").id();
        for (Example example : EXAMPLES) {
            runs.submit(
                    actor,
                    new RunRequest(
                            workspace,
                            "lens",
                            event.name(),
                            example.title(),
                            example.tags(),
                            0,
                            params(example),
                            0,
                            false));
        }
        filled.fire(new Filled(actor, workspace, event.name()));
        Log.infof("Workspace Demo is being filled with %d analyses", EXAMPLES.size());
    }

    private boolean isRegistered(String model) {
        try {
            models.get(model);
            return true;
        } catch (NotFound e) {
            return false;
        }
    }

    private static ObjectNode params(Example example) {
        ObjectNode params = JsonNodeFactory.instance.objectNode().put("prompt", example.prompt());
        example.track().forEach(params.putArray("track")::add);
        return params;
    }
}
