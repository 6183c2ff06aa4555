package dev.unembed.model.ui;

import com.vaadin.flow.component.checkbox.Checkbox;
import com.vaadin.flow.component.confirmdialog.ConfirmDialog;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.Notices;
import dev.unembed.base.ui.Parts;
import dev.unembed.model.ModelDetails;
import dev.unembed.model.ModelRegistry;

/** Asks before a model is forgotten, and whether a download's files are to go with it. */
class RemoveModelDialog extends ConfirmDialog {
    RemoveModelDialog(ModelRegistry models, SignedIn signedIn, ModelDetails model, Runnable removed) {
        setHeader("Remove " + model.name() + "?");
        boolean canDelete = models.canDeleteFiles(model);
        Checkbox files = new Checkbox("Delete its files too: " + Figures.bytes(model.weightBytes()));
        Paragraph where = Parts.quiet(String.valueOf(model.folder()));
        where.addClassName("break");
        if (canDelete) {
            setText(Parts.stack(new Span("It can't be analysed any more."), files, where));
        } else {
            setText(Parts.stack(new Span("It can't be analysed any more. Its files stay where they are."), where));
        }
        setConfirmText("Remove model");
        setConfirmButtonTheme("error primary");
        setCancelable(true);
        addConfirmListener(event -> {
            boolean filesToo = canDelete && files.getValue();
            models.remove(signedIn.actor(), model.name(), filesToo);
            removed.run();
            Notices.done(model.name() + (filesToo ? " and its files are removed." : " is removed."));
        });
    }
}
