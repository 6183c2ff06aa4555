package dev.unembed;

import dev.unembed.base.EmbeddedDatabase;
import dev.unembed.base.Secrets;
import dev.unembed.base.StartFailure;
import dev.unembed.base.Terminal;
import dev.unembed.engine.InvalidInput;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts what must be there before Quarkus: the data folder, its secrets, and the embedded PostgreSQL unless a JDBC URL
 * is configured. Everything is handed on as system properties. The database is left when the application has ended, in
 * whatever way.
 */
@QuarkusMain
public class Main {
    private static final Set<String> ROLES = Set.of("all", "web", "worker");

    private Main() {}

    public static void main(String... args) {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDefaultSources()
                .build();
        EmbeddedDatabase database;
        try {
            database = prepare(config);
        } catch (StartFailure e) {
            Terminal.complain("Unembed can't start. " + e.getMessage());
            System.exit(1);
            return;
        }
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(database, ended), "leave-database"));
        Quarkus.run(
                null,
                (status, failure) -> {
                    if (failure != null) {
                        Terminal.complain(explain(rootOf(failure)));
                    }
                    ended.countDown();
                    System.exit(status);
                },
                args);
    }

    private static @Nullable EmbeddedDatabase prepare(SmallRyeConfig config) {
        String role = config.getOptionalValue("unembed.role", String.class).orElse("all");
        if (!ROLES.contains(role)) {
            throw new StartFailure("UNEMBED_ROLE is \"%s\"; it can be all, web or worker.".formatted(role));
        }
        if (role.equals("worker")) {
            System.setProperty("quarkus.http.host-enabled", "false");
        }
        Path data = Path.of(
                        config.getOptionalValue("unembed.data", String.class).orElse("data"))
                .toAbsolutePath()
                .normalize();
        System.setProperty("unembed.data", data.toString());
        try {
            Files.createDirectories(data);
        } catch (IOException e) {
            throw new StartFailure(
                    "The data folder %s can't be made: %s (UNEMBED_DATA says where it is).".formatted(data, e));
        }
        if (!Files.isWritable(data)) {
            throw new StartFailure(
                    "The data folder %s can't be written (UNEMBED_DATA says where it is).".formatted(data));
        }
        setUnlessConfigured(
                config, "quarkus.http.auth.session.encryption-key", () -> new Secrets(data).getOrCreate("session-key"));
        return connect(config, data);
    }

    private static @Nullable EmbeddedDatabase connect(SmallRyeConfig config, Path data) {
        if (configured(config, "quarkus.datasource.jdbc.url")) {
            return null;
        }
        if (configured(config, "unembed.jdbc.url")) {
            System.setProperty("quarkus.datasource.jdbc.url", config.getValue("unembed.jdbc.url", String.class));
            config.getOptionalValue("unembed.db.user", String.class)
                    .ifPresent(user -> System.setProperty("quarkus.datasource.username", user));
            config.getOptionalValue("unembed.db.password", String.class)
                    .ifPresent(password -> System.setProperty("quarkus.datasource.password", password));
            return null;
        }
        EmbeddedDatabase database = EmbeddedDatabase.open(data);
        System.setProperty("quarkus.datasource.jdbc.url", database.jdbcUrl());
        System.setProperty("quarkus.datasource.username", database.user());
        System.setProperty("quarkus.datasource.password", database.password());
        return database;
    }

    /** A shutdown hook: on a signal Quarkus' own hook stops the application at the same time, which we await. */
    private static void leave(@Nullable EmbeddedDatabase database, CountDownLatch applicationEnded) {
        if (database == null) {
            return;
        }
        try {
            applicationEnded.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        database.close();
    }

    private static boolean configured(SmallRyeConfig config, String name) {
        return config.getOptionalValue(name, String.class).isPresent();
    }

    private static void setUnlessConfigured(SmallRyeConfig config, String name, Supplier<String> value) {
        if (!configured(config, name)) {
            System.setProperty(name, value.get());
        }
    }

    private static String explain(Throwable failure) {
        return switch (failure) {
            case QuarkusBindException taken ->
                "Unembed can't start. Port %d is taken; UNEMBED_PORT chooses another.".formatted(taken.getPort());
            case InvalidInput wrong -> "Unembed can't start. " + wrong.getMessage();
            default -> "Unembed ended with " + failure;
        };
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
