package dev.unembed.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A database for a {@code @QuarkusTest}, where {@code Main} doesn't run: {@code @QuarkusTestResource(PostgresResource.class)}.
 * One throw-away server per JVM, an empty database per start of the application.
 */
public class PostgresResource implements QuarkusTestResourceLifecycleManager {
    /** The administrator's API token in tests. */
    public static final String ADMIN_TOKEN = "une_test-administrator";

    public static final String ADMIN_PASSWORD = "administrator's";

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private static final class Server {
        static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "200")
                        .start(); // its shutdown hook stops it
            } catch (IOException e) {
                throw new IllegalStateException("no PostgreSQL for the tests", e);
            }
        }
    }

    @Override
    public Map<String, String> start() {
        String database = "test_" + DATABASES.incrementAndGet();
        try (Connection connection = Server.POSTGRES.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + database);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return Map.of(
                "quarkus.datasource.jdbc.url",
                Server.POSTGRES.getJdbcUrl("postgres", database),
                "quarkus.datasource.username",
                "postgres",
                "quarkus.datasource.password",
                "postgres",
                "quarkus.http.auth.session.encryption-key",
                "only for tests, of no use elsewhere",
                "unembed.data",
                dataFolder(),
                "unembed.admin.password",
                ADMIN_PASSWORD,
                "unembed.bootstrap.token",
                ADMIN_TOKEN);
    }

    @Override
    public void stop() {
        // The server ends with the JVM: the next application start uses it again.
    }

    private static String dataFolder() {
        try {
            return Files.createTempDirectory(Files.createDirectories(Path.of("target", "test-data")), "data")
                    .toAbsolutePath()
                    .toString();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
