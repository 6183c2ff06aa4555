package dev.unembed.workspace.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.Key;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.contextmenu.ContextMenu;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Hr;
import com.vaadin.flow.component.html.NativeButton;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.TextField;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.Problems;
import dev.unembed.base.ui.ShellSlot;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Names the workspace one is in, changes to another, creates and renames. */
@ApplicationScoped
public class WorkspaceSwitcher implements ShellSlot {
    private final WorkspaceService workspaces;
    private final SignedIn signedIn;
    private final ChangeFeed feed;

    WorkspaceSwitcher(WorkspaceService workspaces, SignedIn signedIn, ChangeFeed feed) {
        this.workspaces = workspaces;
        this.signedIn = signedIn;
        this.feed = feed;
    }

    @Override
    public Position position() {
        return Position.TOP;
    }

    @Override
    public Component create() {
        Span name = Parts.text("", "name");
        NativeButton button = new NativeButton();
        button.addClassName("ws");
        Span arrow = Parts.muted("▾");
        arrow.getElement().setAttribute("aria-hidden", "true");
        button.add(name, arrow);
        button.getElement().setAttribute("aria-haspopup", "menu");
        ContextMenu menu = new ContextMenu(button);
        menu.setOpenOnClick(true);
        Runnable show = () -> {
            List<WorkspaceDetails> all = workspaces.list(signedIn.actor());
            Optional<WorkspaceDetails> current = ChosenWorkspace.among(all, WorkspaceDetails::id);
            String shown = current.map(WorkspaceDetails::name).orElse("No workspace");
            name.setText(shown);
            button.setAriaLabel("Workspace " + shown + ": change, create, rename");
            fill(menu, all, current);
        };
        show.run();
        ChosenWorkspace.listen(button, show);
        LiveUpdates.follow(button, feed, change -> change.topic().equals("workspace"), changes -> show.run());
        return button;
    }

    private void fill(ContextMenu menu, List<WorkspaceDetails> all, Optional<WorkspaceDetails> current) {
        menu.removeAll();
        for (WorkspaceDetails workspace : all) {
            // not a checkable item: those fail in the browser when choosing one replaces them all
            boolean chosen = current.filter(each -> each.id() == workspace.id()).isPresent();
            menu.addItem(chosen ? workspace.name() + " ✓" : workspace.name(), event -> choose(workspace));
        }
        if (!all.isEmpty()) {
            menu.addComponent(new Hr());
        }
        menu.addItem(
                "New workspace …",
                event -> nameDialog("New workspace", "Create workspace", "", name -> {
                    WorkspaceDetails created = workspaces.create(signedIn.actor(), name);
                    choose(created);
                    return created;
                }));
        current.filter(workspace -> workspace.role() == Role.OWNER)
                .ifPresent(workspace -> menu.addItem(
                        "Rename “" + workspace.name() + "” …",
                        event -> nameDialog("Rename workspace", "Rename", workspace.name(), name -> {
                            WorkspaceDetails renamed = workspaces.rename(signedIn.actor(), workspace.id(), name);
                            ChosenWorkspace.announce(UI.getCurrentOrThrow());
                            return renamed;
                        })));
    }

    private static void choose(WorkspaceDetails workspace) {
        ChosenWorkspace.choose(UI.getCurrentOrThrow(), workspace.id());
    }

    private static void nameDialog(
            String title, String action, String value, Function<String, WorkspaceDetails> submit) {
        Dialog dialog = new Dialog(title);
        dialog.setWidth("380px");
        TextField name = new TextField("Name");
        name.setWidthFull();
        name.setValue(value);
        name.setMaxLength(100);
        Runnable send = () -> {
            try {
                submit.apply(name.getValue().strip());
                dialog.close();
            } catch (RuntimeException failure) {
                name.setErrorMessage(Problems.sentence(failure));
                name.setInvalid(true);
            }
        };
        name.addKeyPressListener(Key.ENTER, event -> send.run());
        dialog.add(name);
        Button confirm = Parts.primary(action, send);
        dialog.getFooter().add(Parts.button("Cancel", dialog::close), confirm);
        dialog.open();
        name.focus();
    }
}
