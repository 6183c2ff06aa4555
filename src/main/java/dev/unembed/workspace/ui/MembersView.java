package dev.unembed.workspace.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.Key;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.confirmdialog.ConfirmDialog;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.unembed.account.Actor;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.ChosenWorkspace;
import dev.unembed.base.ui.MainLayout;
import dev.unembed.base.ui.Notices;
import dev.unembed.base.ui.PageHeader;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.PlainTable;
import dev.unembed.base.ui.Problems;
import dev.unembed.live.ChangeFeed;
import dev.unembed.live.LiveUpdates;
import dev.unembed.workspace.Role;
import dev.unembed.workspace.WorkspaceService;
import dev.unembed.workspace.WorkspaceService.MemberDetails;
import dev.unembed.workspace.WorkspaceService.WorkspaceDetails;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import java.util.Locale;
import java.util.Optional;

/** Who works in the chosen workspace, and as what; owners change it. */
@Route(value = "members", layout = MainLayout.class)
@PageTitle("Members · Unembed")
@PermitAll
public class MembersView extends Div {
    private static final String ROLES =
            "Viewers read everything. Editors also start, cancel, edit and delete analyses. Owners also manage members and the workspace.";

    private final WorkspaceService workspaces;
    private final SignedIn signedIn;
    private final Div page = Parts.stack();

    @Inject
    public MembersView(WorkspaceService workspaces, SignedIn signedIn, ChangeFeed feed) {
        this.workspaces = workspaces;
        this.signedIn = signedIn;
        add(page);
        show();
        ChosenWorkspace.listen(this, this::show);
        LiveUpdates.follow(this, feed, change -> change.topic().equals("workspace"), changes -> show());
    }

    private void show() {
        page.removeAll();
        Actor actor = signedIn.actor();
        Optional<WorkspaceDetails> current = ChosenWorkspace.among(workspaces.list(actor), WorkspaceDetails::id);
        if (current.isEmpty()) {
            page.add(
                    new PageHeader("Members"),
                    Parts.div(
                            "card",
                            Parts.empty(
                                    "No workspace",
                                    "Create one from the top of the navigation, or ask someone to add you to theirs.")));
            return;
        }
        WorkspaceDetails workspace = current.get();
        boolean owner = workspace.role() == Role.OWNER;
        page.add(new PageHeader("Members")
                .crumb(new Span(workspace.name()))
                .facts(Parts.chip("you are " + article(workspace.role()), "accent")));
        PlainTable table = new PlainTable(
                "Members of " + workspace.name(),
                PlainTable.Column.of("Person"),
                PlainTable.Column.of("Name to sign in with"),
                PlainTable.Column.of("Role", ROLES),
                PlainTable.Column.actions());
        for (MemberDetails member : workspaces.members(actor, workspace.id())) {
            table.row(
                    Parts.person(member.displayName()),
                    Parts.text(member.username(), "mono"),
                    owner ? roleSelect(workspace, member) : new Span(named(member.role())),
                    action(workspace, member, actor, owner));
        }
        page.add(Parts.div("card", table));
        if (owner) {
            page.add(adding(workspace));
        }
        page.add(Parts.quiet(ROLES));
    }

    private Component roleSelect(WorkspaceDetails workspace, MemberDetails member) {
        Select<Role> select = new Select<>();
        select.setItems(Role.values());
        select.setItemLabelGenerator(MembersView::named);
        select.setValue(member.role());
        select.addThemeName("small");
        select.setAriaLabel("Role of " + member.displayName());
        select.addValueChangeListener(change -> {
            if (!change.isFromClient()) {
                return;
            }
            try {
                workspaces.changeRole(signedIn.actor(), workspace.id(), member.username(), change.getValue());
                Notices.done(member.displayName() + " is " + article(change.getValue()) + " now.");
                ChosenWorkspace.announce(change.getSource().getUI().orElseThrow());
            } catch (RuntimeException failure) {
                select.setValue(change.getOldValue());
                Notices.problem(Problems.sentence(failure));
            }
        });
        return select;
    }

    private Component action(WorkspaceDetails workspace, MemberDetails member, Actor actor, boolean owner) {
        boolean self = member.accountId() == actor.id();
        if (!owner && !self) {
            return new Span();
        }
        return Parts.plain(self ? "Leave" : "Remove", () -> {
            ConfirmDialog dialog = new ConfirmDialog(
                    self ? "Leave " + workspace.name() + "?" : "Remove " + member.displayName() + "?",
                    self
                            ? "You lose sight of everything in it until an owner adds you again."
                            : "They lose sight of this workspace at once. Their analyses stay.",
                    self ? "Leave workspace" : "Remove member",
                    event -> {
                        workspaces.removeMember(signedIn.actor(), workspace.id(), member.username());
                        getUI().ifPresent(ChosenWorkspace::announce);
                    });
            dialog.setCancelable(true);
            dialog.setConfirmButtonTheme("error primary");
            dialog.open();
        });
    }

    private Component adding(WorkspaceDetails workspace) {
        TextField username = new TextField("Name to sign in with");
        Select<Role> role = new Select<>();
        role.setLabel("Role");
        role.setItems(Role.values());
        role.setItemLabelGenerator(MembersView::named);
        role.setValue(Role.EDITOR);
        Runnable submit = () -> {
            try {
                MemberDetails member = workspaces.addMember(
                        signedIn.actor(), workspace.id(), username.getValue().strip(), role.getValue());
                Notices.done(member.displayName() + " is a member now.");
                getUI().ifPresent(ChosenWorkspace::announce);
            } catch (RuntimeException failure) {
                username.setErrorMessage(Problems.sentence(failure));
                username.setInvalid(true);
            }
        };
        username.addKeyPressListener(Key.ENTER, event -> submit.run());
        Button add = Parts.primary("Add member", submit);
        Div line = Parts.div("row fields-line", username, role, add);
        return Parts.card("Add a member", line);
    }

    static String named(Role role) {
        String word = role.name().toLowerCase(Locale.ROOT);
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }

    private static String article(Role role) {
        String word = role.name().toLowerCase(Locale.ROOT);
        return (role == Role.VIEWER ? "a " : "an ") + word;
    }
}
