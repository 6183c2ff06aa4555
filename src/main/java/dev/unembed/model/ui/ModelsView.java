package dev.unembed.model.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.confirmdialog.ConfirmDialog;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.CopyButton;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.Notices;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.base.ui.Problems;
import dev.unembed.engine.architecture.ModelFolder.Dimensions;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelRegistry;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;

/** The models that can be looked into; administrators add and remove them. */
@Route(value = "models", layout = MainLayout.class)
@PageTitle("Models · Unembed")
@PermitAll
public class ModelsView extends Div {
    private static final int DIGEST_SHOWN = 10;

    private final ModelRegistry models;
    private final SignedIn signedIn;
    private final Div page = Parts.stack();

    @Inject
    public ModelsView(ModelRegistry models, SignedIn signedIn, ChangeFeed feed) {
        this.models = models;
        this.signedIn = signedIn;
        add(page);
        show();
        LiveUpdates.follow(this, feed, change -> change.topic().equals("model"), changes -> show());
    }

    private void show() {
        page.removeAll();
        boolean admin = signedIn.actor().admin();
        PageHeader header = new PageHeader("Models");
        if (admin) {
            header.actions(Parts.primary("Add model", this::add));
        }
        page.add(header);
        List<ModelDetails> all = models.list();
        if (all.isEmpty()) {
            page.add(Parts.div(
                    "card",
                    Parts.empty(
                            "No models yet",
                            admin
                                    ? "Add a Hugging Face folder that lies on the server: config.json, tokenizer.json and the safetensors files."
                                    : "An administrator adds them from folders on the server.")));
            return;
        }
        page.add(Parts.div("card scroll", table(all, admin)));
    }

    private Component table(List<ModelDetails> all, boolean admin) {
        PlainTable table = new PlainTable(
                "Models",
                PlainTable.Column.of("Model"),
                PlainTable.Column.of("Family", "Which architecture reads the weights, as config.json names it."),
                PlainTable.Column.number("Parameters", "Numbers in the weights; tied matrices counted once."),
                PlainTable.Column.number(
                        "L", "Layers: blocks of attention and MLP. A lens has one more row, the embedding."),
                PlainTable.Column.number("d", "d_model: width of the residual stream, in numbers."),
                PlainTable.Column.number(
                        "Heads", "Attention heads per layer; after a slash, key and value heads where fewer."),
                PlainTable.Column.number("Vocabulary", "d_vocab: tokens the model can predict."),
                PlainTable.Column.number("Context", "n_ctx: most tokens it reads at once."),
                PlainTable.Column.number(
                        "Memory", "Bytes the loaded model holds, in 32-bit floats; the files may be smaller."),
                PlainTable.Column.of(
                        "BOS", "Beginning-of-sequence token, and whether the model's own tokenizer puts it in front."),
                PlainTable.Column.of("Digest", "SHA-256 over weights, tokenizer and config. Results are tied to it."),
                PlainTable.Column.number("Runs", "Analyses of this model, in all workspaces."),
                PlainTable.Column.actions());
        for (ModelDetails model : all) {
            Dimensions size = model.dimensions();
            table.row(
                    named(model),
                    new Span(model.family()),
                    explained(Figures.magnitude(size.parameters()), Figures.grouped(size.parameters())),
                    new Span(String.valueOf(size.layers())),
                    new Span(Figures.grouped(size.dModel())),
                    new Span(heads(size)),
                    new Span(Figures.grouped(size.dVocab())),
                    new Span(Figures.grouped(size.nCtx())),
                    explained(
                            Figures.bytes(model.memoryBytes()),
                            "Files: " + Figures.bytes(model.weightBytes()) + " as " + size.dtype()),
                    Parts.muted(model.bos()),
                    digest(model),
                    new Span(Figures.grouped(model.runs())),
                    actions(model, admin));
        }
        return table;
    }

    static String heads(Dimensions size) {
        return size.nKvHeads() == size.nHeads()
                ? String.valueOf(size.nHeads())
                : size.nHeads() + " / " + size.nKvHeads();
    }

    private static Component named(ModelDetails model) {
        Div name = Parts.div("model-name", Parts.text(model.name(), "name"));
        if (!model.knowsText()) {
            name.add(Parts.chip("ids only", "warn"));
        }
        name.getElement().setAttribute("title", model.folder());
        return name;
    }

    private static Component explained(String text, String title) {
        Span span = new Span(text);
        span.setTitle(title);
        return span;
    }

    private static Component digest(ModelDetails model) {
        String digest = model.digest();
        Span shown = Parts.text(digest.substring(0, Math.min(DIGEST_SHOWN, digest.length())), "mono");
        shown.setTitle(digest);
        CopyButton copy = new CopyButton("Copy", digest);
        copy.addThemeVariants(ButtonVariant.LUMO_TERTIARY, ButtonVariant.LUMO_SMALL);
        copy.setAriaLabel("Copy the digest of " + model.name());
        Span both = new Span(shown, copy);
        both.addClassName("digest");
        return both;
    }

    private Component actions(ModelDetails model, boolean admin) {
        Div actions = Parts.row();
        actions.addClassName("end");
        actions.add(Parts.link("analyses/new?model=" + model.name(), "Analyse", "link"));
        if (admin) {
            actions.add(Parts.plain("Remove", () -> remove(model)));
        }
        return actions;
    }

    private void remove(ModelDetails model) {
        ConfirmDialog dialog = new ConfirmDialog(
                "Remove " + model.name() + "?",
                "It can't be analysed any more. Its files stay where they are.",
                "Remove model",
                event -> {
                    models.remove(signedIn.actor(), model.name(), false);
                    show();
                    Notices.done(model.name() + " removed.");
                });
        dialog.setCancelable(true);
        dialog.setConfirmButtonTheme("error primary");
        dialog.open();
    }

    private void add() {
        Dialog dialog = new Dialog("Add model");
        dialog.setWidth("520px");
        TextField folder = new TextField("Folder on the server");
        folder.setHelperText(
                "A Hugging Face folder: config.json, tokenizer.json and model.safetensors, or its shards with their index.");
        folder.setWidthFull();
        TextField name = new TextField("Name");
        name.setHelperText("How runs and the API refer to it: lower case, digits, hyphens.");
        name.setWidthFull();
        Paragraph problem = new Paragraph();
        problem.addClassName("failed");
        problem.setVisible(false);
        folder.addValueChangeListener(change -> {
            if (name.isEmpty()) {
                name.setValue(suggestedName(change.getValue()));
            }
        });
        Button submit = Parts.primary("Add model", () -> {});
        submit.setDisableOnClick(true);
        submit.addClickListener(click -> {
            problem.setVisible(false);
            try {
                ModelDetails added = models.register(
                        signedIn.actor(),
                        name.getValue().strip(),
                        folder.getValue().strip());
                dialog.close();
                show();
                Notices.done(added.name() + " can be analysed now.");
            } catch (RuntimeException failure) {
                problem.setText(Problems.sentence(failure));
                problem.setVisible(true);
            } finally {
                submit.setEnabled(true);
            }
        });
        dialog.add(Parts.stack(folder, name, problem));
        dialog.getFooter().add(Parts.button("Cancel", dialog::close), submit);
        dialog.open();
        folder.focus();
    }

    /** The last part of a folder's path as a model's name. */
    static String suggestedName(String folder) {
        String last = folder.strip().replaceFirst("[/\\\\]+$", "");
        last = last.substring(Math.max(last.lastIndexOf('/'), last.lastIndexOf('\\')) + 1);
        return last.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-").replaceAll("^[-.]+|[-.]+$", "");
    }
}
