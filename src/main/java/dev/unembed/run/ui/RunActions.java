package dev.unembed.run.ui;

import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.combobox.MultiSelectComboBox;
import com.vaadin.flow.component.confirmdialog.ConfirmDialog;
import com.vaadin.flow.component.dialog.Dialog;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.Notices;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.Problems;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunService;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What can be done with a run, the same from the list and from its page. */
final class RunActions {
    private final RunService runs;
    private final SignedIn signedIn;

    RunActions(RunService runs, SignedIn signedIn) {
        this.runs = runs;
        this.signedIn = signedIn;
    }

    void cancel(RunDetails run) {
        runs.cancel(signedIn.actor(), run.id());
    }

    /** Starts the same once more and goes there. */
    void repeat(RunDetails run) {
        RunDetails again = runs.repeat(signedIn.actor(), run.id());
        UI.getCurrentOrThrow().navigate(RunWords.address(again.id()));
    }

    /** Lets a stopped run go on; its page, wherever it is open, follows. */
    void resume(RunDetails run) {
        runs.resume(signedIn.actor(), run.id());
    }

    void delete(RunDetails run, Runnable done) {
        ConfirmDialog dialog = new ConfirmDialog(
                "Delete “" + run.title() + "”?",
                "The analysis and its result are gone for everyone in " + run.workspace() + ". This can't be undone.",
                "Delete analysis",
                event -> {
                    runs.delete(signedIn.actor(), run.id());
                    Notices.done("“" + run.title() + "” deleted.");
                    done.run();
                });
        dialog.setCancelable(true);
        dialog.setConfirmButtonTheme("error primary");
        dialog.open();
    }

    void editTags(RunDetails run, Runnable done) {
        Dialog dialog = new Dialog("Tags of “" + run.title() + "”");
        dialog.setWidth("420px");
        MultiSelectComboBox<String> tags = tagsField(runs.tags(signedIn.actor(), run.workspaceId()));
        tags.setLabel("Tags");
        tags.setWidthFull();
        tags.setValue(new LinkedHashSet<>(run.tags()));
        dialog.add(tags);
        dialog.getFooter().add(Parts.button("Cancel", dialog::close), Parts.primary("Save tags", () -> {
            try {
                runs.edit(signedIn.actor(), run.id(), null, List.copyOf(tags.getValue()));
                dialog.close();
                done.run();
            } catch (RuntimeException failure) {
                tags.setErrorMessage(Problems.sentence(failure));
                tags.setInvalid(true);
            }
        }));
        dialog.open();
        tags.focus();
    }

    /** Chooses among known tags, or makes a new one. */
    static MultiSelectComboBox<String> tagsField(List<String> known) {
        MultiSelectComboBox<String> tags = new MultiSelectComboBox<>();
        Set<String> items = new LinkedHashSet<>(known);
        tags.setItems(items);
        tags.setAllowCustomValue(true);
        tags.setPlaceholder("facts, ioi …");
        tags.addCustomValueSetListener(event -> {
            String tag = event.getDetail().strip().replaceFirst("^#+", "");
            if (!tag.isEmpty()) {
                Set<String> chosen = new LinkedHashSet<>(tags.getValue());
                chosen.add(tag);
                items.add(tag);
                tags.setItems(items);
                tags.setValue(chosen);
            }
        });
        return tags;
    }
}
