package dev.unembed.base;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A private PostgreSQL server in the data folder, shared by every process that has opened the folder.
 *
 * <p>Two file locks order them. {@code start.lock} is held, exclusively, while a process starts, joins or stops the
 * server. {@code users.lock} is held, shared, as long as a process uses it: who gets it exclusively on leaving was the
 * last and stops the server. Both vanish with their process, however it ends. After a {@code kill -9} of the last one the
 * server lives on; the next process adopts it if it answers, and otherwise stops it and starts another. The server is a
 * process of its own session ({@code pg_ctl}), so that Ctrl-C in the terminal reaches it only through us, after the
 * application has ended.
 *
 * <p>The server listens on the loopback address only, asks for a random password (SCRAM, in {@code secrets}) and keeps
 * what it has confirmed: fsync and synchronous commit are on.
 *
 * <p>File locks belong to a process, so one process opens a folder once.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final String USER = "unembed";
    private static final String DATABASE = "unembed";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** PostgreSQL's "the database system is starting up". */
    private static final String STARTING_UP = "57P03";

    private static final String WRONG_PASSWORD = "28P01";

    private final Path folder;
    private final Path cluster;
    private final Path log;
    private final String password;
    private final Path programs;
    private int port;
    private @Nullable FileChannel users;

    private EmbeddedDatabase(Path folder, Path programs, String password) {
        this.folder = folder;
        this.cluster = folder.resolve("cluster");
        this.log = folder.resolve("server.log");
        this.programs = programs;
        this.password = password;
    }

    /**
     * Starts the server of that data folder, or joins it.
     *
     * @throws StartFailure with the reason, and the end of the server's log where it has one
     */
    public static EmbeddedDatabase open(Path dataFolder) {
        return open(dataFolder, dataFolder.resolve("postgres").resolve("programs"));
    }

    /** @param programs where PostgreSQL's programs are unpacked; tests share one folder */
    static EmbeddedDatabase open(Path dataFolder, Path programs) {
        Path folder = dataFolder.toAbsolutePath().normalize().resolve("postgres");
        try {
            Files.createDirectories(folder);
            try (FileChannel start = lockFile(folder.resolve("start.lock"));
                    FileLock lock = exclusively(start)) {
                Secrets secrets = new Secrets(dataFolder);
                if (Files.exists(folder.resolve("cluster")) && !secrets.has("database-password")) {
                    throw new StartFailure(
                            "The database in %s is there, but its password, %s, is gone. Restore that file."
                                    .formatted(
                                            folder,
                                            dataFolder.resolve("secrets").resolve("database-password")));
                }
                EmbeddedDatabase database = new EmbeddedDatabase(
                        folder,
                        PostgresBinaries.unpack(programs.toAbsolutePath().normalize()),
                        secrets.getOrCreate("database-password"));
                database.join();
                return database;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted while the database started.", e);
        } catch (IOException e) {
            throw new StartFailure(
                    "Can't use the data folder %s: %s. It must be a folder this user may write (UNEMBED_DATA)."
                            .formatted(dataFolder.toAbsolutePath(), reason(e)),
                    e);
        }
    }

    public String jdbcUrl() {
        return url(DATABASE);
    }

    public String user() {
        return USER;
    }

    public String password() {
        return password;
    }

    /** Leaves the server; the last to leave stops it. */
    @Override
    public synchronized void close() {
        FileChannel mine = users;
        if (mine == null) {
            return;
        }
        users = null;
        try (FileChannel start = lockFile(folder.resolve("start.lock"));
                FileLock lock = exclusively(start)) {
            mine.close(); // releases the shared lock
            try (FileChannel all = lockFile(folder.resolve("users.lock"));
                    FileLock alone = all.tryLock()) {
                if (alone != null) {
                    stopServer();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new IllegalStateException("The database in %s wasn't stopped".formatted(folder), e);
        }
    }

    private void join() throws IOException, InterruptedException {
        Optional<ProcessHandle> survivor = serverProcess();
        if (survivor.isEmpty() || !adopt(survivor.get())) {
            makeCluster();
            startServer();
        }
        createDatabase();
        FileChannel shared = lockFile(folder.resolve("users.lock"));
        shared.lock(0, Long.MAX_VALUE, true);
        users = shared;
    }

    /** False when the server doesn't answer and has been stopped. */
    private boolean adopt(ProcessHandle server) throws IOException, InterruptedException {
        List<String> lines = Files.readAllLines(cluster.resolve("postmaster.pid"));
        if (lines.size() >= 4) {
            port = Integer.parseInt(lines.get(3).strip());
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (server.isAlive() && System.nanoTime() < deadline) {
                try (Connection connection = connect("postgres")) {
                    if (connection.isValid(5)) {
                        return true;
                    }
                } catch (SQLException e) {
                    if (WRONG_PASSWORD.equals(e.getSQLState())) {
                        throw new StartFailure(
                                "The database in %s doesn't accept the password in secrets/database-password."
                                        .formatted(folder));
                    }
                    if (!STARTING_UP.equals(e.getSQLState())) {
                        break; // not merely busy recovering: it doesn't answer
                    }
                }
                Thread.sleep(100);
            }
        }
        stopServer();
        return false;
    }

    private void makeCluster() throws IOException, InterruptedException {
        if (Files.exists(cluster)) {
            requireSameVersion();
            return;
        }
        Path fresh =
                folder.resolve("cluster.new"); // moved when complete: a start that was killed leaves no half database
        PostgresBinaries.deleteTree(fresh);
        Path passwordFile = folder.resolve("initdb.password");
        Files.deleteIfExists(passwordFile);
        Files.createFile(passwordFile);
        Secrets.restrict(passwordFile, "rw-------");
        Files.writeString(passwordFile, password);
        try {
            Path output = folder.resolve("initdb.log");
            int status = run(
                    output,
                    "initdb",
                    "--pgdata=" + fresh,
                    "--username=" + USER,
                    "--pwfile=" + passwordFile,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C");
            if (status != 0) {
                throw new StartFailure("The database couldn't be made in %s (initdb ended with %d):%n%s"
                        .formatted(folder, status, tail(output)));
            }
        } finally {
            Files.delete(passwordFile);
        }
        Files.move(fresh, cluster, StandardCopyOption.ATOMIC_MOVE);
    }

    private void requireSameVersion() throws IOException, InterruptedException {
        String made = Files.readString(cluster.resolve("PG_VERSION")).strip();
        Path output = folder.resolve("version.log");
        run(output, "postgres", "--version"); // "postgres (PostgreSQL) 18.6"
        String version = Files.readString(output).strip();
        if (!version.matches(".* " + made + "([. ].*)?")) {
            throw new StartFailure(
                    "The database in %s was made by PostgreSQL %s; this Unembed comes with \"%s\". Start the earlier Unembed, dump the database with pg_dump and load it into a new data folder."
                            .formatted(folder, made, version));
        }
    }

    private void startServer() throws IOException, InterruptedException {
        port = freePort();
        // the log of this start only, so that its tail explains a failure; pg_ctl appends
        if (Files.exists(log)) {
            Files.move(log, folder.resolve("server.previous.log"), StandardCopyOption.REPLACE_EXISTING);
        }
        String options = String.join(
                " ",
                "-p " + port,
                "-c listen_addresses=127.0.0.1",
                "-c unix_socket_directories=''",
                "-c fsync=on",
                "-c synchronous_commit=on",
                "-c full_page_writes=on",
                "-c max_connections=200",
                "-c timezone=UTC",
                "-c log_timezone=UTC",
                "-c password_encryption=scram-sha-256");
        int status = run(
                folder.resolve("start.log"),
                "pg_ctl",
                "--pgdata=" + cluster,
                "--log=" + log,
                "--wait",
                "--timeout=" + PATIENCE.toSeconds(),
                "--options=" + options,
                "start");
        if (status != 0) {
            throw new StartFailure("The database in %s didn't start (pg_ctl ended with %d). The end of %s:%n%s"
                    .formatted(folder, status, log, tail(Files.exists(log) ? log : folder.resolve("start.log"))));
        }
        Files.writeString(folder.resolve("port"), Integer.toString(port));
    }

    private void stopServer() throws IOException, InterruptedException {
        Optional<ProcessHandle> server = serverProcess();
        if (server.isEmpty()) {
            return;
        }
        int status = run(
                folder.resolve("stop.log"),
                "pg_ctl",
                "--pgdata=" + cluster,
                "--mode=fast",
                "--wait",
                "--timeout=" + PATIENCE.toSeconds(),
                "stop");
        if (status != 0) {
            // stopped, hung in the kernel, or not ours to signal: what it confirmed is on disk, recovery does the rest
            server.get().destroyForcibly();
        }
        try {
            server.get().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS); // pg_ctl awaits its pid file's end only
        } catch (ExecutionException | TimeoutException e) {
            throw new StartFailure(
                    "The database server of %s, process %d, can't be stopped:%n%s"
                            .formatted(folder, server.get().pid(), tail(folder.resolve("stop.log"))),
                    e);
        }
    }

    /** The running server by its pid file; the number may have gone to a stranger after a restart of the machine. */
    private Optional<ProcessHandle> serverProcess() throws IOException {
        try {
            List<String> lines = Files.readAllLines(cluster.resolve("postmaster.pid"));
            if (lines.isEmpty()) {
                return Optional.empty();
            }
            return ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                    .filter(ProcessHandle::isAlive)
                    .filter(process -> process.info()
                            .command()
                            .map(command -> command.contains("postgres"))
                            .orElse(true));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private void createDatabase() {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            try (ResultSet found =
                    statement.executeQuery("select 1 from pg_database where datname = '" + DATABASE + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("create database " + DATABASE);
        } catch (SQLException e) {
            throw new StartFailure("The database in %s answers, but with: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", USER);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "20");
        return DriverManager.getConnection(url(database), properties);
    }

    private String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** The last one again if it is free: processes that outlived a crash of the server find the new one there. */
    private int freePort() throws IOException {
        Path last = folder.resolve("port");
        if (Files.exists(last)) {
            try (ServerSocket socket = new ServerSocket(
                    Integer.parseInt(Files.readString(last).strip()), 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException | NumberFormatException e) {
                // taken: any other
            }
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private int run(Path output, String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) { // PostgreSQL refuses root; in a user namespace it isn't
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(programs.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        if (!process.waitFor(PATIENCE.toSeconds() * 2, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new StartFailure("%s of %s didn't end:%n%s".formatted(program, folder, tail(output)));
        }
        return process.exitValue();
    }

    private static FileChannel lockFile(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static FileLock exclusively(FileChannel channel) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.multipliedBy(3).toNanos();
        while (true) {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("another process has been starting or stopping the database for minutes");
            }
            Thread.sleep(20);
        }
    }

    private static String tail(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "(no log)";
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    private static String reason(IOException e) {
        return e instanceof AccessDeniedException
                ? "no permission for " + e.getMessage()
                : e.getClass().getSimpleName() + " " + e.getMessage();
    }
}
