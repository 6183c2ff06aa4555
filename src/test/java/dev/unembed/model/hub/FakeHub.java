package dev.unembed.model.hub;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A hub on this machine: the two calls of the API and the files, ranges included, with a second server on another port where
 * big files lie, as the real one has it. What goes wrong is said beforehand, file by file and request by request.
 */
public final class FakeHub implements AutoCloseable {
    /** What happens to one request of a file instead of an answer. */
    public sealed interface Trouble {
        /** The connection ends after so many bytes of the body. */
        record Drop(int afterBytes) implements Trouble {}

        /** So many bytes, and then nothing more, until the hub is closed. */
        record Silence(int afterBytes) implements Trouble {}

        /** So many bytes, and the rest when {@code goOn} is counted down. */
        record Hold(int afterBytes, CountDownLatch reached, CountDownLatch goOn) implements Trouble {}

        /** Other bytes than the list names. */
        record Corrupt() implements Trouble {}

        /** The whole file, whatever part was asked for. */
        record NoRanges() implements Trouble {}

        record Refusal(int status, Map<String, String> headers) implements Trouble {
            public Refusal(int status) {
                this(status, Map.of());
            }
        }
    }

    /** @param server {@code hub} or {@code store}, where the bytes of big files lie */
    public record Request(
            String server,
            String path,
            @Nullable String range,
            @Nullable String authorization) {}

    private record Stored(byte[] bytes, boolean big) {}

    private static final ObjectMapper JSON = new ObjectMapper();
    /** So that a tiny fixture has big files too. */
    private static final int BIG = 100_000;

    private final HttpServer hub;
    private final HttpServer store;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Map<String, Queue<Trouble>> troubles = new ConcurrentHashMap<>();
    /** By id, then revision or commit: the commit; by {@code id@commit}: the files. */
    private final Map<String, Map<String, String>> revisions = new ConcurrentHashMap<>();

    private final Map<String, Map<String, Stored>> commits = new ConcurrentHashMap<>();
    private final Map<String, String> tokens = new ConcurrentHashMap<>();
    private final Map<String, Integer> forbidden = new ConcurrentHashMap<>();

    /** @param port 0 for any */
    public FakeHub(int port) {
        hub = server(port);
        store = server(0);
        hub.createContext("/", exchange -> answer(exchange, "hub"));
        store.createContext("/", exchange -> answer(exchange, "store"));
        hub.start();
        store.start();
    }

    private HttpServer server(int port) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            server.setExecutor(threads);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI url() {
        return address(hub);
    }

    private static URI address(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /**
     * Makes a revision mean these files.
     *
     * @return the commit
     */
    public String publish(String id, String revision, Map<String, byte[]> files) {
        Map<String, Stored> stored = new ConcurrentHashMap<>();
        StringBuilder all = new StringBuilder(id);
        files.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(file -> {
            all.append(file.getKey()).append(hash("SHA-256", file.getValue()));
            stored.put(file.getKey(), new Stored(file.getValue(), file.getValue().length > BIG));
        });
        String commit = hash("SHA-1", all.toString().getBytes(StandardCharsets.UTF_8));
        commits.put(id + "@" + commit, stored);
        Map<String, String> known = revisions.computeIfAbsent(id, any -> new ConcurrentHashMap<>());
        known.put(revision, commit);
        known.put(commit, commit);
        return commit;
    }

    /** The files of a folder. */
    public static Map<String, byte[]> files(Path folder) {
        Map<String, byte[]> files = new ConcurrentHashMap<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path file : entries.filter(Files::isRegularFile).toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** The model is shown only to who brings this token. */
    public void requireToken(String id, String token) {
        tokens.put(id, token);
    }

    /** Everybody's requests for the model are refused with this status. */
    public void refuse(String id, int status) {
        forbidden.put(id, status);
    }

    public void allow(String id) {
        forbidden.remove(id);
    }

    /** The next requests for a file (or for {@code api}) meet these, one each. */
    public void trouble(String file, Trouble... next) {
        troubles.computeIfAbsent(file, any -> new ConcurrentLinkedQueue<>()).addAll(Arrays.asList(next));
    }

    public List<Request> requests() {
        return requests;
    }

    /** Of one file, where its bytes lie. */
    public List<Request> requestsFor(String file) {
        return requests.stream()
                .filter(request -> request.path().endsWith("/" + file))
                .toList();
    }

    @Override
    public void close() {
        closed.countDown();
        hub.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange, String server) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getRawPath();
            String range = exchange.getRequestHeaders().getFirst("Range");
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            requests.add(new Request(server, path, range, authorization));
            String[] parts = path.substring(1).split("/");
            if (server.equals("hub") && path.startsWith("/api/models/")) {
                api(exchange, parts[2] + "/" + parts[3], parts[4], decoded(parts[5]), authorization);
            } else {
                file(exchange, server, parts[0] + "/" + parts[1], parts[3], parts[4], authorization);
            }
        }
    }

    private void api(HttpExchange exchange, String id, String call, String revision, @Nullable String authorization)
            throws IOException {
        if (next("api") instanceof Trouble.Refusal refusal) {
            refusal.headers().forEach(exchange.getResponseHeaders()::set);
            status(exchange, refusal.status());
            return;
        }
        if (!mayRead(exchange, id, authorization)) {
            return;
        }
        String commit = revisions.getOrDefault(id, Map.of()).get(revision);
        if (commit == null) {
            exchange.getResponseHeaders()
                    .set("X-Error-Code", revisions.containsKey(id) ? "RevisionNotFound" : "RepoNotFound");
            status(exchange, 404);
        } else if (call.equals("revision")) {
            json(exchange, JSON.createObjectNode().put("id", id).put("sha", commit));
        } else {
            json(exchange, tree(commits.get(id + "@" + commit)));
        }
    }

    private static ArrayNode tree(@Nullable Map<String, Stored> files) {
        ArrayNode tree = JSON.createArrayNode();
        tree.addObject().put("type", "directory").put("path", "onnx").put("size", 0);
        tree.addObject().put("type", "file").put("path", "../outside.json").put("size", 3);
        if (files != null) {
            files.forEach((name, file) -> {
                byte[] bytes = file.bytes();
                ObjectNode entry = tree.addObject()
                        .put("type", "file")
                        .put("path", name)
                        .put("size", bytes.length)
                        .put("oid", gitHash(file.big() ? "pointer".getBytes(StandardCharsets.UTF_8) : bytes));
                if (file.big()) {
                    entry.putObject("lfs")
                            .put("oid", hash("SHA-256", bytes))
                            .put("size", bytes.length)
                            .put("pointerSize", 7);
                }
            });
        }
        return tree;
    }

    private void file(
            HttpExchange exchange, String server, String id, String commit, String name, @Nullable String authorization)
            throws IOException {
        if (server.equals("hub") && !mayRead(exchange, id, authorization)) {
            return;
        }
        Stored file = commits.getOrDefault(id + "@" + commit, Map.of()).get(name);
        if (file == null) {
            status(exchange, 404);
        } else if (server.equals("hub") && file.big()) {
            exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + hash("SHA-256", file.bytes()) + "\"");
            exchange.getResponseHeaders()
                    .set("Location", address(store) + exchange.getRequestURI().getRawPath());
            status(exchange, 302);
        } else {
            send(exchange, file.bytes(), next(name));
        }
    }

    private void send(HttpExchange exchange, byte[] whole, @Nullable Trouble trouble) throws IOException {
        if (trouble instanceof Trouble.Refusal refusal) {
            refusal.headers().forEach(exchange.getResponseHeaders()::set);
            status(exchange, refusal.status());
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null || trouble instanceof Trouble.NoRanges
                ? 0
                : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        if (from >= whole.length && from > 0) {
            status(exchange, 416);
            return;
        }
        byte[] bytes = Arrays.copyOfRange(whole, from, whole.length);
        if (trouble instanceof Trouble.Corrupt) {
            bytes[bytes.length - 1] ^= 1;
        }
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (whole.length - 1) + "/" + whole.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, bytes.length);
        OutputStream body = exchange.getResponseBody();
        int first = switch (trouble) {
            case Trouble.Drop drop -> drop.afterBytes();
            case Trouble.Silence silence -> silence.afterBytes();
            case Trouble.Hold hold -> hold.afterBytes();
            case null, default -> bytes.length;
        };
        body.write(bytes, 0, first);
        body.flush();
        if (trouble instanceof Trouble.Hold hold) {
            hold.reached().countDown();
            await(hold.goOn());
            body.write(bytes, first, bytes.length - first);
        } else if (trouble instanceof Trouble.Silence) {
            await(closed);
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new IOException("nobody let it go on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private boolean mayRead(HttpExchange exchange, String id, @Nullable String authorization) throws IOException {
        Integer refused = forbidden.get(id);
        String token = tokens.get(id);
        if (refused == null && (token == null || ("Bearer " + token).equals(authorization))) {
            return true;
        }
        status(exchange, refused != null ? refused : 401);
        return false;
    }

    private @Nullable Trouble next(String file) {
        Queue<Trouble> waiting = troubles.get(file);
        return waiting == null ? null : waiting.poll();
    }

    private static void status(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
    }

    private static void json(HttpExchange exchange, Object body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static String decoded(String part) {
        return URLDecoder.decode(part, StandardCharsets.UTF_8);
    }

    static String gitHash(byte[] bytes) {
        byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(head, head.length + bytes.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        return hash("SHA-1", all);
    }

    static String hash(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
