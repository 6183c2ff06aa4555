package dev.unembed.model.ui;

import com.vaadin.flow.component.Key;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.UIDetachedException;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.tabs.TabSheet;
import com.vaadin.flow.component.textfield.PasswordField;
import com.vaadin.flow.component.textfield.TextField;
import dev.unembed.account.Actor;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.Notices;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.Problems;
import dev.unembed.base.ui.ProgressLine;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelDownloads;
import dev.unembed.model.ModelRegistry;
import dev.unembed.model.hub.HubModel;

/** Where a model comes from: a hub, or a folder that lies on the server already. */
class AddModelDialog extends Dialog {
    private static final String NAME_HELP = "How analyses and the API refer to it: letters, digits, dots, hyphens.";

    private final ModelRegistry models;
    private final ModelDownloads downloads;
    private final SignedIn signedIn;
    private final Runnable added;
    private final TextField hubModel = field("Model", "Its id, owner/name, or the address of its page there.");
    private final TextField revision =
            field("Revision", "Branch, tag or commit. All files are taken from the commit that it means now.");
    private final PasswordField token = ResumeDialog.tokenField();
    private final TextField hubName = field("Name", NAME_HELP);
    private final TextField folder = field(
            "Folder on the server",
            "A Hugging Face folder: config.json, tokenizer.json and model.safetensors, or its shards with their index.");
    private final TextField folderName = field("Name", NAME_HELP);
    private final Paragraph problem = new Paragraph();
    private final ProgressLine reading = new ProgressLine();
    private final TabSheet sources = new TabSheet();
    private final Button submit;

    AddModelDialog(ModelRegistry models, ModelDownloads downloads, SignedIn signedIn, Runnable added) {
        super("Add model");
        this.models = models;
        this.downloads = downloads;
        this.signedIn = signedIn;
        this.added = added;
        setWidth("540px");
        hubModel.setPlaceholder("HuggingFaceTB/SmolLM2-135M-Instruct");
        revision.setPlaceholder(HubModel.DEFAULT_REVISION);
        suggest(hubModel, hubName);
        suggest(folder, folderName);
        problem.addClassName("failed");
        problem.getElement().setAttribute("role", "alert");
        problem.setVisible(false);
        reading.setVisible(false);
        sources.add("From a hub", Parts.stack(hubModel, revision, hubName, token));
        sources.add("Folder on the server", Parts.stack(folder, folderName));
        sources.setWidthFull();
        submit = Parts.primary("Download", this::submit);
        submit.setDisableOnClick(true);
        submit.addClickShortcut(Key.ENTER).listenOn(this);
        sources.addSelectedChangeListener(change -> {
            problem.setVisible(false);
            submit.setText(fromHub() ? "Download" : "Add model");
            (fromHub() ? hubModel : folder).focus();
        });
        add(Parts.stack(sources, reading, problem));
        getFooter().add(Parts.button("Cancel", this::close), submit);
        hubModel.focus();
    }

    private static TextField field(String label, String help) {
        TextField field = new TextField(label);
        field.setHelperText(help);
        field.setWidthFull();
        return field;
    }

    /** A name from where it comes from, until somebody writes another one. */
    private static void suggest(TextField from, TextField name) {
        from.addValueChangeListener(change -> {
            if (name.isEmpty() || name.getValue().equals(suggestion(change.getOldValue()))) {
                name.setValue(suggestion(change.getValue()));
            }
        });
    }

    private static String suggestion(String source) {
        return ModelDownloads.suggestedName(source.replaceFirst("/tree/.*$", ""));
    }

    private boolean fromHub() {
        return sources.getSelectedIndex() == 0;
    }

    private void submit() {
        problem.setVisible(false);
        if (fromHub()) {
            download();
        } else {
            register();
        }
    }

    private void download() {
        try {
            downloads.start(
                    signedIn.actor(),
                    HubModel.of(hubModel.getValue(), revision.getValue()),
                    hubName.getValue(),
                    token.getValue());
            close();
            added.run();
        } catch (RuntimeException failure) {
            failed(failure);
        } finally {
            submit.setEnabled(true);
        }
    }

    /** In the background: every byte is read once, which takes seconds for a big model. */
    private void register() {
        Actor actor = signedIn.actor();
        String name = folderName.getValue().strip();
        String path = folder.getValue().strip();
        UI ui = UI.getCurrent();
        reading.setVisible(true);
        reading.show(0, 0, "Reads every byte for the digest …");
        Thread.startVirtualThread(() -> {
            Runnable outcome;
            try {
                ModelDetails model = models.register(actor, name, path);
                outcome = () -> {
                    close();
                    added.run();
                    Notices.done(model.name() + " can be analysed now.");
                };
            } catch (RuntimeException failure) {
                outcome = () -> failed(failure);
            }
            Runnable shown = outcome;
            try {
                ui.access(() -> {
                    reading.setVisible(false);
                    submit.setEnabled(true);
                    shown.run();
                });
            } catch (UIDetachedException closed) {
                // The page went away: the list of models will show what came of it.
            }
        });
    }

    private void failed(RuntimeException failure) {
        problem.setText(Problems.sentence(failure));
        problem.setVisible(true);
    }
}
