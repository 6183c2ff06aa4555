package dev.unembed.account;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.security.AuthenticationFailedException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Turns proofs of identity into actors: a password, the session cookie's name, an API token. */
@ApplicationScoped
class SignIn {
    private static final Logger LOG = Logger.getLogger(SignIn.class);

    /** A token's last use is noted this coarsely, so that busy programs don't write on every request. */
    private static final Duration USE_RESOLUTION = Duration.ofMinutes(1);

    private final AccountService service;
    private final Accounts accounts;
    private final ApiTokens tokens;
    private final GuessingBrake brake;
    private final Clock clock;

    SignIn(AccountService service, Accounts accounts, ApiTokens tokens, GuessingBrake brake, Clock clock) {
        this.service = service;
        this.accounts = accounts;
        this.tokens = tokens;
        this.brake = brake;
        this.clock = clock;
    }

    /** @param address where the attempt comes from */
    Actor byPassword(String username, String password, String address) {
        String name = AccountService.canonical(username);
        if (brake.wait(name, address).isPositive()) {
            LOG.warnf("Sign-in as %s from %s refused: too many wrong passwords", printable(name), address);
            throw new AuthenticationFailedException("too many wrong passwords");
        }
        // The hash is computed outside of the transaction: a guesser must not hold database connections.
        Optional<Account> account = read(() -> service.byName(name)).filter(found -> found.active);
        boolean right = account.isPresent() && Passwords.matches(password, account.get().passwordHash);
        if (account.isEmpty()) {
            Passwords.matchNobody(password);
        }
        if (!right) {
            brake.failed(name, address);
            throw new AuthenticationFailedException("wrong user name or password");
        }
        brake.succeeded(name, address);
        return account.get().toActor();
    }

    /** Asked on every request with a session cookie, so a deactivated account is out at once. */
    Actor bySession(String username) {
        return read(() -> service.byName(username))
                .filter(account -> account.active)
                .map(Account::toActor)
                .orElseThrow(() -> new AuthenticationFailedException("the account is gone or deactivated"));
    }

    Actor byToken(String secret) {
        Actor actor = read(() -> actorOf(secret));
        if (actor == null) {
            throw new AuthenticationFailedException("unknown token");
        }
        return actor;
    }

    private @Nullable Actor actorOf(String secret) {
        ApiToken token = tokens.bySecret(secret).orElse(null);
        if (token == null) {
            return null;
        }
        Account account = accounts.findById(token.accountId);
        if (account == null || !account.active) {
            return null;
        }
        Instant now = clock.instant();
        if (token.lastUsedAt == null || token.lastUsedAt.isBefore(now.minus(USE_RESOLUTION))) {
            // by query: a token revoked at this moment must not fail the request as a stale entity would
            tokens.update("lastUsedAt = ?1 where id = ?2", now, token.id);
        }
        return account.toActor();
    }

    private static <T extends @Nullable Object> T read(Supplier<T> work) {
        return QuarkusTransaction.requiringNew().call(work::get);
    }

    /** A name from outside, fit for a log line. */
    private static String printable(String name) {
        String shortened = name.length() > 60 ? name.substring(0, 60) + "…" : name;
        return shortened.replaceAll("\\p{Cntrl}", "?");
    }
}
