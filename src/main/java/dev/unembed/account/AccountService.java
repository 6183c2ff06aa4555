package dev.unembed.account;

import dev.unembed.base.Conflict;
import dev.unembed.base.Forbidden;
import dev.unembed.base.NotFound;
import dev.unembed.engine.InvalidInput;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Accounts and API tokens. */
@ApplicationScoped
public class AccountService {
    public record AccountDetails(
            long id, String username, String displayName, boolean admin, boolean active, Instant createdAt) {}

    /** What to change of an account; null leaves a part as it is. */
    public record AccountChange(
            @Nullable String displayName,
            @Nullable Boolean admin,
            @Nullable Boolean active,
            @Nullable String password) {}

    public record TokenDetails(
            long id,
            String name,
            String prefix,
            Instant createdAt,
            @Nullable @Schema(nullable = true) Instant lastUsedAt) {}

    /** @param secret shown this once */
    public record NewToken(TokenDetails token, String secret) {}

    static final String TOKEN_PREFIX = "une_";

    /** Stands for an address where somebody signed in guesses the account's password. */
    private static final String SIGNED_IN = "signed in";

    private static final int TOKEN_BYTES = 32;
    private static final int MAX_TOKENS = 100;
    private static final Pattern USERNAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,39}");

    private final Accounts accounts;
    private final ApiTokens tokens;
    private final GuessingBrake brake;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    AccountService(Accounts accounts, ApiTokens tokens, GuessingBrake brake, Clock clock) {
        this.accounts = accounts;
        this.tokens = tokens;
        this.brake = brake;
        this.clock = clock;
    }

    /** The actor behind a signed-in name; NotFound for an unknown or deactivated one. */
    @Transactional
    public Actor actor(String username) {
        return byName(username)
                .filter(account -> account.active)
                .map(Account::toActor)
                .orElseThrow(() -> new NotFound("No user \"%s\".".formatted(username)));
    }

    @Transactional
    public AccountDetails me(Actor actor) {
        return own(actor).toDetails();
    }

    /** All accounts, by name; administrators only. */
    @Transactional
    public List<AccountDetails> list(Actor actor) {
        requireAdmin(actor);
        return accounts.listAll(Sort.by("username")).stream()
                .map(Account::toDetails)
                .toList();
    }

    @Transactional
    public AccountDetails get(Actor actor, long accountId) {
        requireAdmin(actor);
        return byId(accountId).toDetails();
    }

    @Transactional
    public AccountDetails create(Actor actor, String username, String displayName, String password, boolean admin) {
        requireAdmin(actor);
        String name = requireUsername(username);
        Passwords.requireAcceptable(password);
        if (byName(name).isPresent()) {
            throw new Conflict("There is a user \"%s\" already.".formatted(name));
        }
        return insert(name, displayName.isBlank() ? name : displayName, password, admin)
                .toDetails();
    }

    @Transactional
    public AccountDetails update(Actor actor, long accountId, AccountChange change) {
        requireAdmin(actor);
        // Serialises changes of administrators, or two of them could demote each other at once.
        accounts.find("admin", Sort.by("id"))
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .list();
        Account account = byId(accountId);
        if (change.displayName() != null) {
            account.displayName = requireDisplayName(change.displayName());
        }
        if (change.password() != null) {
            Passwords.requireAcceptable(change.password());
            account.passwordHash = Passwords.hash(change.password());
        }
        boolean couldAdminister = account.admin && account.active;
        if (change.admin() != null) {
            account.admin = change.admin();
        }
        if (change.active() != null) {
            account.active = change.active();
        }
        if (couldAdminister && !(account.admin && account.active) && accounts.count("admin and active") == 0) {
            throw new Conflict(
                    "\"%s\" is the last active administrator. Make another one first.".formatted(account.username));
        }
        return account.toDetails();
    }

    @Transactional
    public void setActive(Actor actor, long accountId, boolean active) {
        update(actor, accountId, new AccountChange(null, null, active, null));
    }

    @Transactional
    public void changePassword(Actor actor, String oldPassword, String newPassword) {
        Passwords.requireAcceptable(newPassword);
        Duration wait = brake.wait(actor.username(), SIGNED_IN);
        if (wait.isPositive()) {
            throw new InvalidInput(
                    "Too many wrong passwords. Try again in %d seconds.".formatted(wait.toSeconds() + 1));
        }
        Account account = own(actor);
        if (!Passwords.matches(oldPassword, account.passwordHash)) {
            brake.failed(actor.username(), SIGNED_IN);
            throw new InvalidInput("The current password is another one.");
        }
        brake.succeeded(actor.username(), SIGNED_IN);
        account.passwordHash = Passwords.hash(newPassword);
    }

    /** The actor's own tokens, newest first. */
    @Transactional
    public List<TokenDetails> tokens(Actor actor) {
        return tokens.list("accountId", Sort.descending("id"), actor.id()).stream()
                .map(ApiToken::toDetails)
                .toList();
    }

    @Transactional
    public NewToken createToken(Actor actor, String name) {
        String trimmed = requireLength("The token's name", name);
        if (tokens.count("accountId", actor.id()) >= MAX_TOKENS) {
            throw new Conflict("You have %d tokens already. Revoke one first.".formatted(MAX_TOKENS));
        }
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String secret = TOKEN_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return new NewToken(insertToken(actor.id(), trimmed, secret).toDetails(), secret);
    }

    /** From the next request on the token opens nothing. */
    @Transactional
    public void revokeToken(Actor actor, long tokenId) {
        if (tokens.delete("id = ?1 and accountId = ?2", tokenId, actor.id()) == 0) {
            throw new NotFound("No token %d.".formatted(tokenId));
        }
    }

    Optional<Account> byName(String username) {
        String name = canonical(username);
        if (!USERNAME.matcher(name).matches()) {
            return Optional.empty(); // what can't be a name isn't worth a query, and may not even fit into one
        }
        return accounts.find("username", name).firstResultOptional();
    }

    Account insert(String username, String displayName, String password, boolean admin) {
        Account account = new Account(
                username, requireDisplayName(displayName), Passwords.hash(password), admin, clock.instant());
        accounts.persist(account);
        return account;
    }

    ApiToken insertToken(long accountId, String name, String secret) {
        ApiToken token = new ApiToken(accountId, name, shownPart(secret), secret, clock.instant());
        tokens.persist(token);
        return token;
    }

    /** Names are written in small letters; what a user types is taken so. */
    static String canonical(String username) {
        return username.strip().toLowerCase(Locale.ROOT);
    }

    /** Enough to recognise a token in a list, too little to help a guesser. */
    private static String shownPart(String secret) {
        return secret.startsWith(TOKEN_PREFIX) && secret.length() >= 40
                ? secret.substring(0, TOKEN_PREFIX.length() + 6)
                : "";
    }

    private static void requireAdmin(Actor actor) {
        if (!actor.admin()) {
            throw new Forbidden("Only an administrator manages users.");
        }
    }

    private static String requireUsername(String username) {
        String name = canonical(username);
        if (!USERNAME.matcher(name).matches()) {
            throw new InvalidInput(
                    "\"%s\" can't be a user name: it has 1 to 40 characters, letters a-z, digits, dots, hyphens and underscores, and starts with a letter or digit."
                            .formatted(username));
        }
        return name;
    }

    private static String requireDisplayName(String displayName) {
        return requireLength("The display name", displayName);
    }

    private static String requireLength(String what, String text) {
        String stripped = text.strip();
        if (stripped.isEmpty() || stripped.length() > 100) {
            throw new InvalidInput("%s has %d characters; 1 to 100 are possible.".formatted(what, stripped.length()));
        }
        return stripped;
    }

    private Account byId(long accountId) {
        return accounts.findByIdOptional(accountId).orElseThrow(() -> new NotFound("No user %d.".formatted(accountId)));
    }

    private Account own(Actor actor) {
        return byId(actor.id());
    }
}
