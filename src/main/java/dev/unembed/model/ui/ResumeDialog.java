package dev.unembed.model.ui;

import com.vaadin.flow.component.Key;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.textfield.PasswordField;
import com.vaadin.flow.component.textfield.TextField;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.Problems;
import dev.unembed.model.DownloadDetails;
import dev.unembed.model.ModelDownloads;

/** Goes on with a download, with a token or another name than before. */
class ResumeDialog extends Dialog {
    ResumeDialog(ModelDownloads downloads, SignedIn signedIn, DownloadDetails download, Runnable resumed) {
        super("Resume " + download.model());
        setWidth("480px");
        PasswordField token = tokenField();
        TextField name = new TextField("Name");
        name.setValue(download.name());
        name.setWidthFull();
        Paragraph problem = Parts.quiet("");
        problem.setClassName("problem");
        problem.getElement().setAttribute("role", "alert");
        Button submit = Parts.primary("Resume", () -> {
            try {
                downloads.resume(signedIn.actor(), download.id(), name.getValue(), token.getValue());
                close();
                resumed.run();
            } catch (RuntimeException failure) {
                problem.setText(Problems.sentence(failure));
            }
        });
        submit.addClickShortcut(Key.ENTER).listenOn(this);
        add(Parts.stack(token, name, problem));
        getFooter().add(Parts.button("Cancel", this::close), submit);
        token.focus();
    }

    /** For the token of a hub; browsers aren't to offer the account's password. */
    static PasswordField tokenField() {
        PasswordField token = new PasswordField("Token");
        token.setHelperText(
                "For private and gated models only. Sent to the hub and kept in memory until the download is"
                        + " done; never stored.");
        token.getElement().setAttribute("autocomplete", "off");
        token.setWidthFull();
        return token;
    }
}
