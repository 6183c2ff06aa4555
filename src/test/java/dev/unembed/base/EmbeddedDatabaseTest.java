package dev.unembed.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real processes: what is promised is promised across a {@code kill -9}. */
class EmbeddedDatabaseTest {
    @TempDir
    static Path programs;

    @TempDir
    Path data;

    private final List<Process> started = new ArrayList<>();

    /** A process using the database, and what it was told. */
    private record User(Process process, String url, String name, String password) {
        int query(String sql) throws SQLException {
            try (Connection connection = DriverManager.getConnection(url, name, password);
                    Statement statement = connection.createStatement()) {
                if (!statement.execute(sql)) {
                    return statement.getUpdateCount();
                }
                try (ResultSet rows = statement.getResultSet()) {
                    rows.next();
                    return rows.getInt(1);
                }
            }
        }

        void kill9() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        void end() throws IOException, InterruptedException {
            process.getOutputStream().close();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
    }

    @AfterEach
    void leaveNothingRunning() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
        if (server(data) > 0) {
            EmbeddedDatabase.open(data, programs).close();
        }
    }

    @Test
    void processesShareTheServerAndTheLastOneStopsIt() throws Exception {
        User first = use(data);
        long server = server(data);
        first.query("create table note (text text)");
        User second = use(data);
        assertThat(second.url()).isEqualTo(first.url());

        first.kill9();
        assertThat(second.query("insert into note values ('after the kill')")).isEqualTo(1);
        User third = use(data);
        assertThat(third.query("select count(*) from note")).isEqualTo(1);
        assertThat(server(data)).isEqualTo(server);

        second.end();
        assertThat(third.query("select count(*) from note")).isEqualTo(1);
        third.end();
        assertThat(ProcessHandle.of(server).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(server(data)).isZero();
    }

    @Test
    void theServerOfAKilledProcessIsAdopted() throws Exception {
        User only = use(data);
        only.query("create table note (text text)");
        long orphan = server(data);
        only.kill9();
        assertThat(ProcessHandle.of(orphan)).isPresent();

        User next = use(data);
        assertThat(server(data)).isEqualTo(orphan);
        assertThat(next.query("select count(*) from note")).isZero();
        next.end();
        assertThat(server(data)).isZero();
    }

    @Test
    void whatWasCommittedOutlivesTheServersDeath() throws Exception {
        User user = use(data);
        user.query("create table note (text text)");
        user.query("insert into note values ('kept')");
        assertThat(
                        user.query(
                                "select (current_setting('fsync') = 'on' and current_setting('synchronous_commit') = 'on')::int"))
                .isEqualTo(1);
        user.kill9();
        ProcessHandle server = ProcessHandle.of(server(data)).orElseThrow();
        server.destroyForcibly();
        server.onExit().get(30, TimeUnit.SECONDS);

        User next = use(data);
        assertThat(next.url()).isEqualTo(user.url());
        assertThat(next.query("select count(*) from note")).isEqualTo(1);
    }

    @Test
    void twoFoldersAreTwoDatabases(@TempDir Path other) throws Exception {
        User here = use(data);
        User there = use(other);
        assertThat(there.url()).isNotEqualTo(here.url());
        here.query("create table only_here (x int)");
        assertThatThrownBy(() -> there.query("select * from only_here")).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> new User(here.process(), here.url(), here.name(), there.password()).query("select 1"))
                .hasMessageContaining("password authentication failed");
        there.end();
        assertThat(here.query("select 1")).isEqualTo(1);
    }

    @Test
    void thePasswordIsReadableByItsOwnerOnly() throws Exception {
        use(data).end();
        Path secret = data.resolve("secrets").resolve("database-password");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret.getParent())))
                .isEqualTo("rwx------");
        assertThat(Files.exists(data.resolve("postgres/initdb.password"))).isFalse();

        Files.delete(secret);
        assertThat(failureOf(data)).contains("its password").contains("Restore that file");
    }

    @Test
    void aBrokenClusterIsToldWithTheEndOfTheServersLog() throws Exception {
        use(data).end();
        Files.delete(data.resolve("postgres/cluster/global/pg_control"));
        assertThat(failureOf(data)).contains("didn't start").contains("pg_control");
    }

    @Test
    void aDataFolderThatIsNoneIsTold() throws Exception {
        Path file = Files.createFile(data.resolve("file"));
        assertThat(failureOf(file)).contains(file.toString()).contains("UNEMBED_DATA");
    }

    private static String failureOf(Path folder) {
        StartFailure failure = catchThrowableOfType(StartFailure.class, () -> EmbeddedDatabase.open(folder, programs));
        return String.valueOf(failure.getMessage());
    }

    private User use(Path folder) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DatabaseUser.class.getName(),
                        folder.toString(),
                        programs.toString())
                .redirectError(folder.resolve("user.log").toFile())
                .start();
        started.add(process);
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            String[] words = line.split(" ");
            if (words[0].equals("ready")) {
                return new User(process, words[1], words[2], words[3]);
            }
        }
        throw new AssertionError(Files.readString(folder.resolve("user.log")));
    }

    /** The server's process number, 0 without a server. */
    private static long server(Path folder) throws IOException {
        Path file = folder.resolve("postgres/cluster/postmaster.pid");
        return Files.exists(file)
                ? Long.parseLong(Files.readAllLines(file).getFirst().strip())
                : 0;
    }
}
