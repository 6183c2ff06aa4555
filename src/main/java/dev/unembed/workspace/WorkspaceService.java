package dev.unembed.workspace;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unembed.account.AccountService;
import dev.unembed.account.Actor;
import dev.unembed.base.Conflict;
import dev.unembed.base.Forbidden;
import dev.unembed.base.NotFound;
import dev.unembed.engine.InvalidInput;
import dev.unembed.live.Change;
import dev.unembed.live.ChangeFeed;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.persistence.PersistenceException;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/** Workspaces, their members, and the one place where membership is checked. */
@ApplicationScoped
public class WorkspaceService {
    public record WorkspaceDetails(long id, String name, Role role, long members, Instant createdAt) {}

    public record MemberDetails(long accountId, String username, String displayName, Role role) {}

    private static final String DETAILS = """
            select w.id, w.name, m.role, (select count(*) from Membership x where x.workspaceId = w.id), w.createdAt
            from Workspace w join Membership m on m.workspaceId = w.id and m.accountId = ?1
            """;

    private static final String MEMBERS = """
            select m.accountId, a.username, a.displayName, m.role
            from Membership m join Account a on a.id = m.accountId
            where m.workspaceId = ?1
            """;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private final Workspaces workspaces;
    private final Memberships memberships;
    private final AccountService accounts;
    private final ChangeFeed changes;
    private final Clock clock;

    WorkspaceService(
            Workspaces workspaces, Memberships memberships, AccountService accounts, ChangeFeed changes, Clock clock) {
        this.workspaces = workspaces;
        this.memberships = memberships;
        this.accounts = accounts;
        this.changes = changes;
        this.clock = clock;
    }

    /**
     * The actor's role in the workspace, which is at least {@code minimum}.
     *
     * @throws dev.unembed.base.NotFound for a workspace the actor isn't a member of
     * @throws dev.unembed.base.Forbidden when the role doesn't suffice
     */
    @Transactional
    public Role require(Actor actor, long workspaceId, Role minimum) {
        // the column, not the entity: a second look in the same transaction sees what was committed since the first
        Role role = memberships
                .find("select role from Membership where workspaceId = ?1 and accountId = ?2", workspaceId, actor.id())
                .project(Role.class)
                .firstResultOptional()
                .orElseThrow(() -> unknown(workspaceId));
        if (role.compareTo(minimum) < 0) {
            throw new Forbidden("Your role in this workspace is %s; this needs %s.".formatted(role, minimum));
        }
        return role;
    }

    /**
     * The id of one of the actor's workspaces, by its id or its exact name. A number is an id: no workspace has a number
     * for a name.
     */
    @Transactional
    public long resolve(Actor actor, String idOrName) {
        if (NUMBER.matcher(idOrName).matches()) {
            long id = Long.parseLong(idOrName);
            require(actor, id, Role.VIEWER);
            return id;
        }
        List<Long> ids = ownIds(actor, idOrName);
        if (ids.isEmpty()) {
            throw new NotFound("No workspace \"%s\".".formatted(idOrName));
        }
        if (ids.size() > 1) {
            throw new Conflict(
                    "You are in several workspaces named \"%s\"; give the id of one: %s.".formatted(idOrName, ids));
        }
        return ids.getFirst();
    }

    /** The same for JSON, where an id is a number and a name a text. */
    @Transactional
    public long resolve(Actor actor, @Nullable JsonNode idOrName) {
        if (idOrName == null || !(idOrName.isTextual() || idOrName.isIntegralNumber())) {
            throw new InvalidInput("workspace is missing; expected the id or the name of one of your workspaces.");
        }
        return resolve(actor, idOrName.asText());
    }

    /** The actor's workspaces, by name. */
    @Transactional
    public List<WorkspaceDetails> list(Actor actor) {
        return workspaces
                .find(DETAILS + " order by lower(w.name), w.id", actor.id())
                .project(WorkspaceDetails.class)
                .list();
    }

    @Transactional
    public WorkspaceDetails get(Actor actor, long workspaceId) {
        return workspaces
                .find(DETAILS + " where w.id = ?2", actor.id(), workspaceId)
                .project(WorkspaceDetails.class)
                .firstResultOptional()
                .orElseThrow(() -> unknown(workspaceId));
    }

    /** The actor becomes its owner. */
    @Transactional
    public WorkspaceDetails create(Actor actor, String name) {
        String stripped = requireName(name);
        if (!ownIds(actor, stripped).isEmpty()) {
            throw new Conflict("You are in a workspace named \"%s\" already.".formatted(stripped));
        }
        Workspace workspace = new Workspace(stripped, clock.instant());
        workspaces.persist(workspace);
        memberships.persist(new Membership(workspace.id, actor.id(), Role.OWNER, clock.instant()));
        announce(workspace.id);
        return get(actor, workspace.id);
    }

    @Transactional
    public WorkspaceDetails rename(Actor actor, long workspaceId, String name) {
        require(actor, workspaceId, Role.OWNER);
        String stripped = requireName(name);
        if (ownIds(actor, stripped).stream().anyMatch(id -> id != workspaceId)) {
            throw new Conflict("You are in another workspace named \"%s\".".formatted(stripped));
        }
        lock(workspaceId).name = stripped;
        announce(workspaceId);
        return get(actor, workspaceId);
    }

    /** Only an empty one: what is in it belongs to its members, not to the owner alone. */
    @Transactional
    public void delete(Actor actor, long workspaceId) {
        require(actor, workspaceId, Role.OWNER);
        Workspace workspace = lock(workspaceId);
        String name = workspace.name;
        workspaces.delete(workspace);
        try {
            workspaces.flush();
        } catch (PersistenceException e) {
            if (isConstraintViolation(e)) {
                throw new Conflict(
                        "Workspace \"%s\" has analyses, hypotheses or prompt sets. Delete them first.".formatted(name));
            }
            throw e;
        }
        announce(workspaceId);
    }

    /** By name; every member sees the others. */
    @Transactional
    public List<MemberDetails> members(Actor actor, long workspaceId) {
        require(actor, workspaceId, Role.VIEWER);
        return memberships
                .find(MEMBERS + " order by a.username", workspaceId)
                .project(MemberDetails.class)
                .list();
    }

    @Transactional
    public MemberDetails addMember(Actor actor, long workspaceId, String username, Role role) {
        require(actor, workspaceId, Role.OWNER);
        lock(workspaceId);
        Actor added = accounts.actor(username);
        if (memberships
                .findByIdOptional(new Membership.Key(workspaceId, added.id()))
                .isPresent()) {
            throw new Conflict("\"%s\" is a member already.".formatted(added.username()));
        }
        memberships.persist(new Membership(workspaceId, added.id(), role, clock.instant()));
        announce(workspaceId);
        return member(workspaceId, added.username());
    }

    @Transactional
    public MemberDetails changeRole(Actor actor, long workspaceId, String username, Role role) {
        require(actor, workspaceId, Role.OWNER);
        lock(workspaceId);
        MemberDetails member = member(workspaceId, username);
        if (member.role() == Role.OWNER && role != Role.OWNER) {
            requireAnotherOwner(workspaceId, member);
        }
        membership(workspaceId, member).role = role;
        announce(workspaceId);
        return new MemberDetails(member.accountId(), member.username(), member.displayName(), role);
    }

    /** An owner removes anybody; every member may leave. */
    @Transactional
    public void removeMember(Actor actor, long workspaceId, String username) {
        Role role = require(actor, workspaceId, Role.VIEWER);
        lock(workspaceId);
        MemberDetails member = member(workspaceId, username);
        if (role != Role.OWNER && member.accountId() != actor.id()) {
            throw new Forbidden("Only an owner removes other members.");
        }
        if (member.role() == Role.OWNER) {
            requireAnotherOwner(workspaceId, member);
        }
        memberships.delete(membership(workspaceId, member));
        announce(workspaceId);
    }

    /** Open pages of members, former and new ones look again. */
    private void announce(long workspaceId) {
        changes.announce(new Change("workspace", workspaceId));
    }

    private MemberDetails member(long workspaceId, String username) {
        return memberships
                .find(MEMBERS + " and a.username = lower(?2)", workspaceId, username.strip())
                .project(MemberDetails.class)
                .firstResultOptional()
                .orElseThrow(() -> new NotFound("\"%s\" isn't a member of this workspace.".formatted(username)));
    }

    private Membership membership(long workspaceId, MemberDetails member) {
        return memberships.findById(new Membership.Key(workspaceId, member.accountId()));
    }

    private void requireAnotherOwner(long workspaceId, MemberDetails member) {
        if (memberships.count("workspaceId = ?1 and role = ?2", workspaceId, Role.OWNER) < 2) {
            throw new Conflict("\"%s\" is the workspace's last owner. Make another member an owner first."
                    .formatted(member.username()));
        }
    }

    /** Serialises changes of a workspace's members, so that two owners can't remove each other at once. */
    private Workspace lock(long workspaceId) {
        return workspaces
                .findByIdOptional(workspaceId, LockModeType.PESSIMISTIC_WRITE)
                .orElseThrow(() -> unknown(workspaceId));
    }

    private List<Long> ownIds(Actor actor, String name) {
        return workspaces.find("""
                        select w.id from Workspace w join Membership m on m.workspaceId = w.id
                        where m.accountId = ?1 and w.name = ?2 order by w.id
                        """, actor.id(), name).project(Long.class).list();
    }

    private static String requireName(String name) {
        String stripped = name.strip();
        if (stripped.isEmpty() || stripped.length() > 100) {
            throw new InvalidInput("A workspace's name has 1 to 100 characters, not %d.".formatted(stripped.length()));
        }
        if (stripped.chars().allMatch(Character::isDigit)) {
            throw new InvalidInput(
                    "A workspace's name can't be a mere number: \"%s\" would read as an id.".formatted(stripped));
        }
        return stripped;
    }

    /** The same words whether it doesn't exist or is none of the actor's business. */
    private static NotFound unknown(long workspaceId) {
        return new NotFound("No workspace %d.".formatted(workspaceId));
    }

    private static boolean isConstraintViolation(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConstraintViolationException) {
                return true;
            }
        }
        return false;
    }
}
