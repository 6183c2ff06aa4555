package dev.unembed.account;

import dev.unembed.base.Database;
import dev.unembed.base.Terminal;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.panache.common.Sort;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes the administrator when there are no accounts, and the bootstrap token on every start where it is missing. Runs
 * before the other start-up observers, which act as the administrator. A worker leaves both to the web role.
 */
@ApplicationScoped
class FirstStart {
    private static final Logger LOG = Logger.getLogger(FirstStart.class);
    private static final String ADMIN = "admin";
    private static final String BOOTSTRAP = "bootstrap";

    /** Any number nobody else uses; held by one process at a time while it looks for the administrator. */
    private static final long LOCK = 0x756e656d;

    private final AccountService service;
    private final Accounts accounts;
    private final ApiTokens tokens;
    private final Database database;
    private final String role;
    private final Optional<String> adminPassword;
    private final Optional<String> bootstrapToken;

    FirstStart(
            AccountService service,
            Accounts accounts,
            ApiTokens tokens,
            Database database,
            @ConfigProperty(name = "unembed.role") String role,
            @ConfigProperty(name = "unembed.admin.password") Optional<String> adminPassword,
            @ConfigProperty(name = "unembed.bootstrap.token") Optional<String> bootstrapToken) {
        this.service = service;
        this.accounts = accounts;
        this.tokens = tokens;
        this.database = database;
        this.role = role;
        this.adminPassword = adminPassword;
        this.bootstrapToken = bootstrapToken;
    }

    void onStart(@Observes @Priority(100) StartupEvent event) {
        if (role.equals("worker")) {
            return;
        }
        String random = QuarkusTransaction.requiringNew().call(() -> {
            database.list("select pg_advisory_xact_lock(?)", row -> true, LOCK);
            return makeAdministrator();
        });
        if (random != null) { // committed: shown once, here
            Terminal.box(
                    "The administrator's account, shown this once:",
                    "",
                    "  user name   " + ADMIN,
                    "  password    " + random,
                    "",
                    "Change it on the page Account after signing in.");
        }
    }

    /** The password to show, where a random one was made. */
    private @Nullable String makeAdministrator() {
        String random = null;
        if (accounts.count() == 0) {
            String password = adminPassword.orElse(null);
            if (password == null) {
                random = Passwords.random();
                password = random;
            } else if (password.length() < Passwords.MIN_LENGTH) {
                LOG.warn("UNEMBED_ADMIN_PASSWORD is shorter than users' passwords may be; change it after signing in");
            }
            service.insert(ADMIN, "Administrator", password, true);
        }
        bootstrapToken.ifPresent(this::makeBootstrapToken);
        return random;
    }

    private void makeBootstrapToken(String secret) {
        if (tokens.bySecret(secret).isEmpty()) {
            Account administrator =
                    accounts.find("admin and active", Sort.by("id")).firstResult();
            service.insertToken(administrator.id, BOOTSTRAP, secret);
        }
    }
}
