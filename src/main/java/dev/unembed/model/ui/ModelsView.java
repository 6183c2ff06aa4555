package dev.unembed.model.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.CopyButton;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.engine.architecture.ModelFolder.Dimensions;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelDownloads;
import dev.unembed.model.ModelRegistry;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/** The models that can be looked into; administrators add and remove them. */
@Route(value = "models", layout = MainLayout.class)
@PageTitle("Models · Unembed")
@PermitAll
public class ModelsView extends Div {
    private static final int DIGEST_SHOWN = 10;

    private final ModelRegistry models;
    private final ModelDownloads downloads;
    private final SignedIn signedIn;
    private final Clock clock;
    private final DownloadsCard underWay;
    private final Div list = Parts.stack();

    @Inject
    public ModelsView(ModelRegistry models, ModelDownloads downloads, SignedIn signedIn, ChangeFeed feed, Clock clock) {
        this.models = models;
        this.downloads = downloads;
        this.signedIn = signedIn;
        this.clock = clock;
        this.underWay = new DownloadsCard(downloads, signedIn);
        PageHeader header = new PageHeader("Models");
        if (signedIn.actor().admin()) {
            header.actions(Parts.primary("Add model", this::add));
        }
        add(header, Parts.stack(underWay, list));
        underWay.refresh();
        show();
        LiveUpdates.follow(this, feed, change -> change.topic().equals(Change.MODEL), changes -> show());
        LiveUpdates.follow(
                this, feed, change -> change.topic().equals(Change.MODEL_DOWNLOAD), changes -> underWay.refresh());
    }

    private void show() {
        list.removeAll();
        boolean admin = signedIn.actor().admin();
        List<ModelDetails> all = models.list(signedIn.actor());
        if (all.isEmpty()) {
            list.add(Parts.div(
                    "card",
                    Parts.empty(
                            "No models yet",
                            admin
                                    ? "Download one from the hub, or add a Hugging Face folder that lies on the server:"
                                            + " config.json, tokenizer.json and the safetensors files."
                                    : "An administrator downloads them from the hub, or adds folders of the server.")));
            return;
        }
        list.add(Parts.div("card scroll models", table(all, admin)));
    }

    private Component table(List<ModelDetails> all, boolean admin) {
        PlainTable table = new PlainTable(
                "Models",
                PlainTable.Column.of("Model", "Its name here, and where its files come from."),
                PlainTable.Column.of("Family", "Which architecture reads the weights, as config.json names it."),
                PlainTable.Column.number(
                        "Parameters",
                        "Numbers in the weights, tied matrices counted once; below, the size of the files and the type of the"
                                + " numbers there."),
                PlainTable.Column.number(
                        "Memory",
                        "What the loaded model holds in memory, as 32-bit floats; below, what it holds when a worker streams"
                                + " it: one block at a time, read from the files whenever it is needed. Slower, and done where"
                                + " the whole doesn't fit."),
                PlainTable.Column.number(
                        "L × d",
                        "Layers (blocks of attention and MLP; a lens has one more row, the embedding) and d_model, the width"
                                + " of the residual stream; below, attention heads per layer, after a slash key and value"
                                + " heads where fewer."),
                PlainTable.Column.number(
                        "Vocabulary",
                        "d_vocab: tokens the model can predict; below n_ctx, the most tokens it reads at once."),
                PlainTable.Column.of(
                        "BOS", "Beginning-of-sequence token, and whether the model's own tokenizer puts it in front."),
                PlainTable.Column.of(
                        "Digest",
                        "SHA-256 over weights, tokenizer and config. Results are tied to it. Verify reads every byte again"
                                + " and compares."),
                PlainTable.Column.number("Runs", "Analyses of this model, in all workspaces."),
                PlainTable.Column.actions());
        for (ModelDetails model : all) {
            Dimensions size = model.dimensions();
            table.row(
                    named(model),
                    new Span(model.family()),
                    two(
                            explained(Figures.magnitude(size.parameters()), Figures.grouped(size.parameters())),
                            new Span(Figures.bytes(model.weightBytes()) + " " + size.dtype())),
                    memory(model),
                    two(
                            new Span(size.layers() + " × " + Figures.grouped(size.dModel())),
                            new Span(heads(size) + " heads")),
                    two(new Span(Figures.grouped(size.dVocab())), new Span("reads " + Figures.grouped(size.nCtx()))),
                    bos(model.bos()),
                    digest(model, admin),
                    runs(model),
                    actions(model, admin));
        }
        return table;
    }

    private static Component memory(ModelDetails model) {
        Span whole = new Span(Figures.bytes(model.memoryBytes()));
        Long streamed = model.streamedBytes();
        return streamed == null || streamed >= model.memoryBytes()
                ? whole
                : two(whole, new Span(Figures.bytes(streamed) + " streamed"));
    }

    static String heads(Dimensions size) {
        return size.nKvHeads() == size.nHeads()
                ? String.valueOf(size.nHeads())
                : size.nHeads() + " / " + size.nKvHeads();
    }

    /** Its name, and where it comes from. */
    private static Component named(ModelDetails model) {
        Div name = Parts.div("model-name", Parts.text(model.name(), "name"));
        if (!model.knowsText()) {
            name.add(Parts.chip("ids only", "warn"));
        }
        Div all = Parts.div("two model-source", name);
        ModelDetails.Source source = model.source();
        String folder = model.folder();
        if (source != null) {
            Span commit = Parts.text(DownloadWords.revision(source.revision(), source.commit()), "quiet");
            commit.setTitle("Commit " + source.commit() + (folder == null ? "" : ", in " + folder));
            all.add(from(source.model()), commit);
        } else if (folder != null) {
            all.add(from(folder));
        }
        return all;
    }

    private static Component from(String place) {
        Span from = Parts.text(place, "quiet");
        from.setTitle(place);
        return from;
    }

    /** A figure, and under it a quieter one. */
    private static Component two(Span figure, Span below) {
        below.addClassName("quiet");
        return Parts.div("two", figure, below);
    }

    /** {@code <s> (id 1), prepended}, in its two parts. */
    private static Component bos(String description) {
        int comma = description.lastIndexOf(", ");
        return comma < 0
                ? Parts.muted(description)
                : two(new Span(description.substring(0, comma)), new Span(description.substring(comma + 2)));
    }

    private static Component runs(ModelDetails model) {
        String count = Figures.grouped(model.runs());
        if (model.runs() == 0) {
            return Parts.muted(count);
        }
        Anchor link =
                Parts.link("analyses?model=" + URLEncoder.encode(model.name(), StandardCharsets.UTF_8), count, "link");
        link.setTitle("Those of the chosen workspace");
        return link;
    }

    private static Span explained(String text, String title) {
        Span span = new Span(text);
        span.setTitle(title);
        return span;
    }

    private Component digest(ModelDetails model, boolean admin) {
        String digest = model.digest();
        Span shown = Parts.text(digest.substring(0, Math.min(DIGEST_SHOWN, digest.length())), "mono");
        shown.setTitle(digest);
        CopyButton copy = new CopyButton("Copy", digest);
        copy.addThemeVariants(ButtonVariant.LUMO_TERTIARY, ButtonVariant.LUMO_SMALL);
        copy.setAriaLabel("Copy the digest of " + model.name());
        Div line = Parts.div("digest", shown, copy);
        ModelDetails.Check check = model.check();
        boolean reading = check != null && check.state() == ModelDetails.CheckState.READING;
        if (admin && !reading) {
            Button verify = Parts.plain("Verify", () -> models.verify(signedIn.actor(), model.name()));
            verify.setAriaLabel("Verify the files of " + model.name());
            line.add(verify);
        }
        Div both = Parts.div("stack checked", line);
        if (check != null) {
            both.add(checked(check));
        }
        return both;
    }

    private Component checked(ModelDetails.Check check) {
        Instant at = check.at();
        String when = at == null ? "" : " · " + Figures.ago(at, clock.instant());
        String digest = check.digest();
        Span chip = switch (check.state()) {
            case READING -> Parts.chip("reading every byte …", "accent");
            case EQUAL -> Parts.chip("equal" + when, "good");
            case DIFFERENT -> Parts.chip("different" + when, "bad");
            case UNREADABLE -> Parts.chip("can't be read" + when, "bad");
        };
        String problem = check.problem();
        chip.setTitle(
                problem != null
                        ? problem
                        : digest != null ? "SHA-256 now " + digest : "Compares with the digest when done");
        return chip;
    }

    private Component actions(ModelDetails model, boolean admin) {
        Div actions = Parts.row();
        actions.addClassName("end");
        actions.add(Parts.link(
                "analyses/new?model=" + URLEncoder.encode(model.name(), StandardCharsets.UTF_8), "Analyse", "link"));
        if (admin) {
            Button remove =
                    Parts.plain("Remove", () -> new RemoveModelDialog(models, signedIn, model, this::show).open());
            remove.setAriaLabel("Remove " + model.name());
            actions.add(remove);
        }
        return actions;
    }

    private void add() {
        new AddModelDialog(models, downloads, signedIn, () -> {
                    underWay.refresh();
                    show();
                })
                .open();
    }
}
